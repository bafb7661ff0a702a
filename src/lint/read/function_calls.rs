//! Calls of functions in code of Python and R.
//!
//! Vocabulary: a call is a dotted name with `(` behind it, with its arguments.
//!
//! What it refuses to do: it knows no grammar but strings, comments and parentheses, and follows no variable. An argument
//! that is more than one string is not known.

use crate::lint::read::code::Language;

/// A call of a function.
#[derive(Debug, Clone, Default)]
pub(crate) struct FunctionCall {
    /// The name with all before it: `AutoModel.from_pretrained`, `remotes::install_github`.
    pub(crate) name: String,
    /// Where the name stands in the code.
    pub(crate) range: (usize, usize),
    /// The arguments, in order.
    pub(crate) arguments: Vec<Argument>,
}

/// An argument of a call.
#[derive(Debug, Clone, Default)]
pub(crate) struct Argument {
    /// The name in `name=value`.
    pub(crate) keyword: Option<String>,
    /// The strings in it, calls inside it included.
    pub(crate) strings: Vec<String>,
    /// Where it stands in the code.
    pub(crate) range: (usize, usize),
    /// The string that it is, where it is one and nothing else.
    pub(crate) literal: Option<String>,
    parts: usize,
}

impl FunctionCall {
    /// The last part of the name.
    pub(crate) fn last(&self) -> &str {
        self.name.rsplit(['.', ':']).next().unwrap_or_default()
    }

    /// The argument given by that name.
    pub(crate) fn keyword(&self, name: &str) -> Option<&Argument> {
        self.arguments.iter().find(|argument| argument.keyword.as_deref() == Some(name))
    }

    /// The first argument without a name, or the one of that name.
    pub(crate) fn first_or(&self, names: &[&str]) -> Option<&Argument> {
        let named = names.iter().find_map(|name| self.keyword(name));
        named.or_else(|| self.arguments.iter().find(|argument| argument.keyword.is_none()))
    }
}

/// The calls in a text of code, in the order of their names.
pub(crate) fn function_calls(text: &str, language: Language) -> Vec<FunctionCall> {
    let mut reader = Reader { text, language, at: 0, open: Vec::new(), calls: Vec::new() };
    reader.read();
    reader.calls.sort_by_key(|call| call.range);
    reader.calls
}

/// Parentheses that are open at once; code nested deeper is not looked into.
const DEEPEST: usize = 256;

struct Reader<'t> {
    text: &'t str,
    language: Language,
    at: usize,
    /// What is open: a call, or parentheses of another kind.
    open: Vec<Option<FunctionCall>>,
    calls: Vec<FunctionCall>,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        self.text.get(self.at..).unwrap_or_default()
    }

    fn read(&mut self) {
        // The name that a `(` here would call.
        let mut name: Option<(usize, usize)> = None;
        while let Some(next) = self.rest().chars().next() {
            let start = self.at;
            match next {
                '#' => self.at += self.rest().find('\n').unwrap_or(self.rest().len()),
                '"' | '\'' => {
                    let value = self.string(next);
                    self.part(start, Some(value));
                    name = None;
                }
                _ if self.in_name(next) => name = self.name().or(name),
                '(' | '[' | '{' => {
                    self.at += 1;
                    if self.open.len() >= DEEPEST {
                        return;
                    }
                    self.part(start, None);
                    self.open(name.take().filter(|_| next == '('));
                }
                ')' | ']' | '}' => {
                    self.at += 1;
                    self.close();
                    name = None;
                }
                ',' => {
                    self.at += 1;
                    if let Some(Some(call)) = self.open.last_mut() {
                        call.arguments.push(Argument::default());
                    }
                    name = None;
                }
                '=' => {
                    self.at += 1;
                    self.keyword(name.take());
                }
                _ => {
                    self.at += next.len_utf8();
                    if !next.is_whitespace() {
                        self.part(start, None);
                        name = None;
                    }
                }
            }
        }
        while !self.open.is_empty() {
            self.close();
        }
    }

    /// Reads the name that begins here; none where it is a string's prefix.
    fn name(&mut self) -> Option<(usize, usize)> {
        let start = self.at;
        let length = self.rest().find(|c| !self.in_name(c)).unwrap_or(self.rest().len());
        self.at += length;
        // `r"…"`, `b'…'`; what an f-string holds is not known.
        let is_prefix = length <= 2 && self.rest().starts_with(['"', '\'']);
        let name = self.text.get(start..self.at).unwrap_or_default();
        if is_prefix && matches!(name, "r" | "b" | "u" | "R") {
            return None;
        }
        self.part(start, None);
        Some((start, self.at))
    }

    /// Goes into parentheses: those of a call, where its name stands before them.
    fn open(&mut self, name: Option<(usize, usize)>) {
        self.open.push(name.map(|range| FunctionCall {
            name: self.text.get(range.0..range.1).unwrap_or_default().to_owned(),
            range,
            arguments: vec![Argument::default()],
        }));
    }

    fn in_name(&self, c: char) -> bool {
        c.is_alphanumeric() || c == '_' || c == '.' || c == ':' && self.language == Language::R
    }

    /// The string that begins here, prefixes left out; reads on behind it.
    fn string(&mut self, quote: char) -> String {
        let triple = quote.to_string().repeat(3);
        let mark = if self.rest().starts_with(&triple) { triple } else { quote.to_string() };
        self.at += mark.len();
        let mut value = String::new();
        while let Some(next) = self.rest().chars().next() {
            if self.rest().starts_with(&mark) {
                self.at += mark.len();
                break;
            }
            self.at += next.len_utf8();
            if next == '\\' {
                let escaped = self.rest().chars().next().unwrap_or_default();
                self.at += self.rest().chars().next().map_or(0, char::len_utf8);
                value.push(escaped);
            } else {
                value.push(next);
            }
        }
        value
    }

    /// A part of the argument that is read.
    fn part(&mut self, start: usize, string: Option<String>) {
        let end = self.at;
        let Some(argument) = self.argument() else { return };
        if argument.parts == 0 {
            argument.range.0 = start;
        }
        argument.range.1 = end;
        argument.parts += 1;
        argument.literal = string.clone().filter(|_| argument.parts == 1);
        argument.strings.extend(string);
    }

    fn argument(&mut self) -> Option<&mut Argument> {
        self.open.last_mut()?.as_mut()?.arguments.last_mut()
    }

    /// `name=` at the start of an argument.
    fn keyword(&mut self, name: Option<(usize, usize)>) {
        let text = name.and_then(|(start, end)| self.text.get(start..end)).map(str::to_owned);
        if let Some(argument) = self.argument()
            && argument.parts == 1
            && argument.keyword.is_none()
            && text.is_some()
        {
            *argument = Argument { keyword: text, ..Argument::default() };
        }
    }

    fn close(&mut self) {
        let end = self.at;
        let Some(closed) = self.open.pop() else { return };
        let strings: Vec<String> = closed
            .iter()
            .flat_map(|call| &call.arguments)
            .flat_map(|argument| argument.strings.clone())
            .take(64)
            .collect();
        if let Some(argument) = self.argument() {
            argument.range.1 = end;
            argument.parts += 1;
            argument.literal = None;
            argument.strings.extend(strings);
        }
        if let Some(mut call) = closed {
            call.arguments.retain(|argument| argument.parts > 0 || argument.keyword.is_some());
            self.calls.push(call);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(text: &str, language: Language) -> Vec<String> {
        let one = |call: FunctionCall| {
            let arguments = call.arguments.iter().map(|argument| {
                let value = argument.literal.clone().unwrap_or_else(|| "?".to_owned());
                argument.keyword.as_ref().map_or(value.clone(), |name| format!("{name}={value}"))
            });
            format!("{}({})", call.name, arguments.collect::<Vec<_>>().join(", "))
        };
        function_calls(text, language).into_iter().map(one).collect()
    }

    #[test]
    fn calls_have_names_and_arguments() {
        let text = "from a import b; M.from_pretrained('x/y', revision=\"abc\", n=f(1, 'z')) # g('no')\nh(r'''a(b''')";
        assert_eq!(
            written(text, Language::Python),
            ["M.from_pretrained(x/y, revision=abc, n=?)", "f(?, z)", "h(a(b)"]
        );
        assert_eq!(
            written("remotes::install_github('a/b', upgrade = \"never\")", Language::R),
            ["remotes::install_github(a/b, upgrade=never)"]
        );
    }

    #[test]
    fn what_is_more_than_a_string_is_not_known() {
        assert_eq!(written("f('a' + x, f'{y}', 'it\\'s', name)", Language::Python), ["f(?, ?, it's, ?)"]);
    }

    #[test]
    fn no_text_makes_it_panic() {
        for text in ["f(", "f('", "'''", "f(a=", ")))", "f(,,)", "é(ü='ß", "\\", "f('\\"] {
            function_calls(text, Language::Python);
        }
        function_calls(&"f(".repeat(10_000), Language::R);
    }
}
