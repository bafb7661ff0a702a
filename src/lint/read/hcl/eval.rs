//! HCL expressions, worked out as far as the file alone decides them.
//! <https://github.com/hashicorp/hcl/blob/main/hclsyntax/spec.md>
//!
//! What it refuses to do: it guesses no value. What the environment, the clock or an unknown function decides is open, and so is
//! what would take more steps, bytes or depth than a file that somebody wrote.

use std::cell::{Cell, RefCell};
use std::collections::{BTreeMap, BTreeSet};

use hcl_edit::Span as _;
use hcl_edit::expr::{
    Conditional, Expression, ForExpr, FuncCall, ObjectKey, Traversal, TraversalOperator, UnaryOperator,
};
use hcl_edit::template::{Directive, Element, Strip, Template};

use crate::base::limits;
use crate::lint::read::hcl::operators::{binary, splat};
use crate::lint::read::hcl::place;
use crate::lint::read::hcl::stdlib;
use crate::lint::read::hcl::value::HclValue;

/// Expressions within each other, with those of the functions and variables that they use.
const DEPTH: usize = 160;

/// Variables of a function, a matrix or a loop, and their values.
pub(crate) type Locals = BTreeMap<String, HclValue>;

/// An expression as it is written, or a text of JSON, which HCL reads as a template.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Code<'a> {
    /// An expression, and the text it stands in.
    Hcl(&'a Expression, &'a str),
    /// The text of a template.
    Template(&'a str),
}

/// A function of a file's own.
#[derive(Debug, Clone)]
pub(crate) struct Function<'a> {
    pub(crate) parameters: Vec<String>,
    /// What takes the arguments that are left over.
    pub(crate) rest: Option<String>,
    pub(crate) result: Code<'a>,
}

/// What the expressions of a file may use.
#[derive(Debug, Default)]
pub(crate) struct Globals<'a> {
    /// Variables, with what they are where nobody sets them; those without are open.
    variables: BTreeMap<String, Option<Code<'a>>>,
    functions: BTreeMap<String, Function<'a>>,
    known: RefCell<BTreeMap<String, HclValue>>,
    open: RefCell<BTreeSet<String>>,
    depth: Cell<usize>,
    spent: Cell<usize>,
}

impl<'a> Globals<'a> {
    /// Those of a file.
    pub(crate) fn new(
        variables: BTreeMap<String, Option<Code<'a>>>,
        functions: BTreeMap<String, Function<'a>>,
    ) -> Self {
        Self { variables, functions, ..Self::default() }
    }

    /// Whether there was more to work out than is.
    pub(crate) fn is_spent(&self) -> bool {
        self.spent.get() > limits::HCL_WORK
    }

    /// Takes some work off what may be done; whether there is none left.
    pub(crate) fn spend(&self, work: usize) -> bool {
        self.spent.set(self.spent.get().saturating_add(work));
        self.is_spent()
    }

    /// The value of a piece of code.
    pub(crate) fn value(&self, code: Code<'_>, locals: &Locals) -> HclValue {
        match code {
            Code::Hcl(expression, text) => self.evaluated(expression, text, locals),
            Code::Template(text) if !text.contains("${") && !text.contains("%{") => {
                HclValue::Text(text.to_owned())
            }
            Code::Template(text) => match text.parse::<Template>() {
                Ok(template) => self.template(template.iter(), text, locals),
                Err(_) => HclValue::Open(text.to_owned()),
            },
        }
    }

    fn evaluated(&self, expression: &Expression, text: &str, locals: &Locals) -> HclValue {
        let depth = self.depth.get();
        if depth >= DEPTH || self.is_spent() {
            return written(expression, text);
        }
        self.depth.set(depth + 1);
        let value = self.plain(expression, text, locals).unwrap_or_else(|| written(expression, text));
        self.depth.set(depth);
        self.spend(value.weight());
        value
    }

    /// The value of an expression; none where it is open as a whole.
    fn plain(&self, expression: &Expression, text: &str, locals: &Locals) -> Option<HclValue> {
        let value = |expression: &Expression| self.evaluated(expression, text, locals);
        Some(match expression {
            Expression::Null(_) => HclValue::Null,
            Expression::Bool(truth) => HclValue::Bool(*truth.value()),
            Expression::Number(number) => HclValue::Number(number.value().as_f64()?),
            Expression::String(string) => HclValue::Text(string.value().clone()),
            Expression::Array(array) => HclValue::List(array.iter().map(value).collect()),
            Expression::Object(object) => {
                let entries = object.iter().map(|(key, item)| {
                    let name = self.key(key, text, locals)?;
                    Some((name, value(item.expr())))
                });
                HclValue::map(entries.collect::<Option<Vec<_>>>()?)
            }
            Expression::StringTemplate(template) => self.template(template.iter(), text, locals),
            Expression::HeredocTemplate(heredoc) => self.template(heredoc.template.iter(), text, locals),
            Expression::Parenthesis(inner) => value(inner.inner()),
            Expression::Variable(name) => self.variable(name.value().as_str(), locals)?,
            Expression::Conditional(conditional) => self.conditional(conditional, text, locals)?,
            Expression::FuncCall(call) => self.call(call, text, locals)?,
            Expression::Traversal(traversal) => self.traversal(traversal, text, locals)?,
            Expression::UnaryOp(operation) => match (*operation.operator.value(), value(&operation.expr)) {
                (UnaryOperator::Not, operand) => HclValue::Bool(!operand.as_bool()?),
                (UnaryOperator::Neg, operand) => HclValue::Number(-operand.as_number()?),
            },
            Expression::BinaryOp(operation) => {
                let operands = (value(&operation.lhs_expr), value(&operation.rhs_expr));
                binary(*operation.operator.value(), &operands.0, &operands.1)?
            }
            Expression::ForExpr(collection) => self.collected(collection, text, locals)?,
        })
    }

    /// The name in an object: a word stands for itself.
    pub(crate) fn key(&self, key: &ObjectKey, text: &str, locals: &Locals) -> Option<String> {
        match key {
            ObjectKey::Ident(name) => Some(name.value().to_string()),
            ObjectKey::Expression(Expression::Variable(name)) => Some(name.value().to_string()),
            ObjectKey::Expression(expression) => self.evaluated(expression, text, locals).as_text(),
        }
    }

    fn variable(&self, name: &str, locals: &Locals) -> Option<HclValue> {
        if let Some(local) = locals.get(name) {
            return Some(local.clone());
        }
        if let Some(known) = self.known.borrow().get(name) {
            return Some(known.clone());
        }
        let code = (*self.variables.get(name)?)?;
        // One that leads to itself is open.
        if !self.open.borrow_mut().insert(name.to_owned()) {
            return None;
        }
        let value = self.value(code, &Locals::new());
        self.open.borrow_mut().remove(name);
        self.known.borrow_mut().insert(name.to_owned(), value.clone());
        Some(value)
    }

    fn conditional(&self, conditional: &Conditional, text: &str, locals: &Locals) -> Option<HclValue> {
        let truth = self.evaluated(&conditional.cond_expr, text, locals).as_bool()?;
        let chosen = if truth { &conditional.true_expr } else { &conditional.false_expr };
        Some(self.evaluated(chosen, text, locals))
    }

    fn call(&self, call: &FuncCall, text: &str, locals: &Locals) -> Option<HclValue> {
        if call.name.is_namespaced() {
            return None;
        }
        let name = call.name.name.value().as_str();
        let mut arguments: Vec<HclValue> =
            call.args.iter().map(|argument| self.evaluated(argument, text, locals)).collect();
        if call.args.expand_final() {
            let HclValue::List(rest) = arguments.pop()? else { return None };
            arguments.extend(rest);
        }
        let Some(function) = self.functions.get(name) else { return stdlib::call(name, arguments) };
        let missing = arguments.len() < function.parameters.len();
        let over = arguments.len() > function.parameters.len() && function.rest.is_none();
        if missing || over {
            return None;
        }
        let rest = arguments.split_off(function.parameters.len());
        let mut inside: Locals = function.parameters.iter().cloned().zip(arguments).collect();
        inside.extend(function.rest.iter().map(|name| (name.clone(), HclValue::List(rest.clone()))));
        Some(self.value(function.result, &inside))
    }

    fn traversal(&self, traversal: &Traversal, text: &str, locals: &Locals) -> Option<HclValue> {
        let mut value = self.evaluated(&traversal.expr, text, locals);
        for (at, operator) in traversal.operators.iter().enumerate() {
            value = match operator.value() {
                TraversalOperator::GetAttr(name) => value.named(name.value().as_str())?.clone(),
                TraversalOperator::Index(index) => value.at(&self.evaluated(index, text, locals))?.clone(),
                TraversalOperator::LegacyIndex(index) => {
                    value.at(&HclValue::Number(*index.value() as f64))?.clone()
                }
                TraversalOperator::AttrSplat(_) | TraversalOperator::FullSplat(_) => {
                    let rest = traversal.operators.get(at + 1..).unwrap_or_default();
                    return splat(value, rest);
                }
            };
        }
        Some(value)
    }

    fn collected(&self, collection: &ForExpr, text: &str, locals: &Locals) -> Option<HclValue> {
        let intro = &collection.intro;
        let entries = self.evaluated(&intro.collection_expr, text, locals).entries()?;
        let mut inside = locals.clone();
        let (mut items, mut named) = (Vec::new(), Vec::new());
        for (key, item) in entries {
            if let Some(name) = &intro.key_var {
                inside.insert(name.value().to_string(), key);
            }
            inside.insert(intro.value_var.value().to_string(), item);
            if let Some(condition) = &collection.cond
                && !self.evaluated(&condition.expr, text, &inside).as_bool()?
            {
                continue;
            }
            let value = self.evaluated(&collection.value_expr, text, &inside);
            match &collection.key_expr {
                Some(_) if collection.grouping => return None,
                Some(key) => named.push((self.evaluated(key, text, &inside).as_text()?, value)),
                None => items.push(value),
            }
        }
        Some(if collection.key_expr.is_some() { HclValue::map(named) } else { HclValue::List(items) })
    }

    /// A text with what stands in its places; open where one of them is.
    fn template<'e>(
        &self,
        elements: impl Iterator<Item = &'e Element>,
        text: &str,
        locals: &Locals,
    ) -> HclValue {
        let elements: Vec<&Element> = elements.collect();
        // What stands alone in a text stands for itself, whatever it is.
        if let [alone @ Element::Interpolation(_)] = elements.as_slice() {
            let open = || HclValue::Open(place(alone.span()).text(text).to_owned());
            return self.element(alone, text, locals).unwrap_or_else(open);
        }
        let mut all = String::new();
        let mut is_known = true;
        for element in elements {
            match self.element(element, text, locals) {
                Some(HclValue::Open(part)) => {
                    all.push_str(&part);
                    is_known = false;
                }
                Some(value) => match value.as_text() {
                    Some(part) => all.push_str(&part),
                    // A list or map has no place in a text.
                    None => {
                        all.push_str(place(element.span()).text(text));
                        is_known = false;
                    }
                },
                None => {
                    all.push_str(place(element.span()).text(text));
                    is_known = false;
                }
            }
            if self.spend(all.len() / 16) {
                is_known = false;
                break;
            }
        }
        if is_known { HclValue::Text(all) } else { HclValue::Open(all) }
    }

    fn element(&self, element: &Element, text: &str, locals: &Locals) -> Option<HclValue> {
        match element {
            Element::Literal(literal) => Some(HclValue::Text(literal.value().clone())),
            // What takes white space away around it is written by nobody; better open than wrong.
            Element::Interpolation(inner) if inner.strip == Strip::None => {
                Some(self.evaluated(&inner.expr, text, locals))
            }
            Element::Interpolation(_) => None,
            Element::Directive(directive) => match &**directive {
                Directive::If(directive) => {
                    let branch = &directive.if_expr;
                    let truth = self.evaluated(&branch.cond_expr, text, locals).as_bool()?;
                    let chosen = match truth {
                        true => Some(&branch.template),
                        false => directive.else_expr.as_ref().map(|other| &other.template),
                    };
                    Some(match chosen {
                        Some(template) => self.template(template.iter(), text, locals),
                        None => HclValue::Text(String::new()),
                    })
                }
                Directive::For(_) => None,
            },
        }
    }
}

/// An open value as it is written.
fn written(expression: &Expression, text: &str) -> HclValue {
    HclValue::Open(format!("${{{}}}", place(expression.span()).text(text).trim()))
}
