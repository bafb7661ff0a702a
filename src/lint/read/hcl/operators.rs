//! What HCL's operators make of two values, and of each of many.
//!
//! What it refuses to do: of an open value nothing is made, but where the other one alone decides.

use hcl_edit::expr::{BinaryOperator, TraversalOperator};

use crate::lint::read::hcl::value::HclValue;

/// `list[*].name`: the values of that name, of each in a list.
pub(super) fn splat(value: HclValue, rest: &[hcl_edit::Decorated<TraversalOperator>]) -> Option<HclValue> {
    let items = match value {
        HclValue::List(items) => items,
        HclValue::Open(_) => return None,
        HclValue::Null => Vec::new(),
        other => vec![other],
    };
    let mut each = Vec::with_capacity(items.len());
    for item in items {
        let mut item = item;
        for operator in rest {
            let TraversalOperator::GetAttr(name) = operator.value() else { return None };
            item = item.named(name.value().as_str())?.clone();
        }
        each.push(item);
    }
    Some(HclValue::List(each))
}

/// What stands between two values, done; none where one of them is open, or not of a kind that it is for.
pub(super) fn binary(operator: BinaryOperator, left: &HclValue, right: &HclValue) -> Option<HclValue> {
    let numbers = || Some((left.as_number()?, right.as_number()?));
    let compared = |is: fn(f64, f64) -> bool| numbers().map(|(one, other)| HclValue::Bool(is(one, other)));
    let counted = |of: fn(f64, f64) -> f64| {
        let (one, other) = numbers()?;
        let number = of(one, other);
        number.is_finite().then_some(HclValue::Number(number))
    };
    let known = left.is_known() && right.is_known();
    match operator {
        BinaryOperator::Eq => known.then(|| HclValue::Bool(left == right)),
        BinaryOperator::NotEq => known.then(|| HclValue::Bool(left != right)),
        BinaryOperator::And => match (left.as_bool(), right.as_bool()) {
            (Some(false), _) | (_, Some(false)) => Some(HclValue::Bool(false)),
            (Some(one), Some(other)) => Some(HclValue::Bool(one && other)),
            _ => None,
        },
        BinaryOperator::Or => match (left.as_bool(), right.as_bool()) {
            (Some(true), _) | (_, Some(true)) => Some(HclValue::Bool(true)),
            (Some(one), Some(other)) => Some(HclValue::Bool(one || other)),
            _ => None,
        },
        BinaryOperator::LessEq => compared(|one, other| one <= other),
        BinaryOperator::GreaterEq => compared(|one, other| one >= other),
        BinaryOperator::Less => compared(|one, other| one < other),
        BinaryOperator::Greater => compared(|one, other| one > other),
        BinaryOperator::Plus => counted(|one, other| one + other),
        BinaryOperator::Minus => counted(|one, other| one - other),
        BinaryOperator::Mul => counted(|one, other| one * other),
        BinaryOperator::Div => counted(|one, other| one / other),
        BinaryOperator::Mod => counted(|one, other| one % other),
    }
}
