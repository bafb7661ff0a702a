//! Texts of PowerShell and cmd, rewritten byte for byte so that the shell's grammar sees the simple commands in them.
//!
//! What it refuses to do: it is no grammar of either. What a block, a parenthesis or an assignment holds becomes a command of its
//! own, a method a word of the command before it, and nothing is evaluated.

/// The text with as many bytes, in which commands stand as a POSIX shell has them. Paths have slashes.
pub(crate) fn as_posix(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut quote = None;
    let mut chars = text.char_indices().peekable();
    let mut before = '\n';
    while let Some((at, c)) = chars.next() {
        let next = chars.peek().map_or('\n', |(_, next)| *next);
        let written = match (c, quote) {
            (c, Some(open)) if c == open => {
                quote = None;
                c
            }
            ('\\', _) => '/',
            ('`', Some('"') | None) => ' ',
            // What an outer shell would expand in them, these don't; a text for another PowerShell keeps its parentheses.
            ('(', Some('"')) if before == '$' => ' ',
            (c, Some(_)) => c,
            ('"' | '\'', None) => {
                quote = Some(c);
                c
            }
            ('{' | '}', None) => '\n',
            ('(', None) if before.is_alphanumeric() => ' ',
            (')', None) if next == '.' => ' ',
            ('(' | ')', None) => '\n',
            ('[' | ']' | ',' | '@', None) => ' ',
            ('&', None) if before != '&' && next != '&' => '\n',
            ('=', None) if before == ' ' && next == ' ' => '\n',
            // A caret of cmd takes the next character as it is.
            ('^', None) => ' ',
            (c, None) => c,
        };
        before = text.get(at..).and_then(|rest| rest.chars().next()).unwrap_or(c);
        out.push(written);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::as_posix;
    use crate::shell::Script;

    fn programs(text: &str) -> Vec<String> {
        let posix = as_posix(text);
        assert_eq!(posix.len(), text.len());
        let commands = Script::parse(&posix).commands;
        commands.into_iter().filter_map(|command| command.name).collect()
    }

    #[test]
    fn commands_stand_apart_whatever_is_around_them() {
        assert_eq!(
            programs("$x = Invoke-WebRequest -Uri 'https://example.org/a' ; if ($x) { pip install numpy }"),
            ["Invoke-WebRequest", "if", "pip"].into_iter().filter(|name| *name != "if").collect::<Vec<_>>()
        );
        assert_eq!(programs("iwr https://example.org/i.ps1 | iex"), ["iwr", "iex"]);
        assert_eq!(
            programs("(New-Object Net.WebClient).DownloadFile('https://example.org/a', 'C:\\a')"),
            ["New-Object"]
        );
        assert_eq!(
            programs("powershell -Command \"iex ((New-Object Net.WebClient).DownloadString('https://example.org/a'))\""),
            ["powershell", "iex", "New-Object"]
        );
        assert_eq!(programs("echo \"$(iwr https://example.org/a)\""), ["echo"]);
        assert_eq!(programs("powershell -NoProfile Start-BitsTransfer -Source https://example.org/a"), ["powershell", "Start-BitsTransfer"]);
        assert_eq!(programs("powershell -ExecutionPolicy Bypass -File x.ps1"), ["powershell"]);
        assert_eq!(
            programs("curl.exe -o C:\\x.exe https://example.org/x && choco install -y git"),
            ["curl", "choco"]
        );
    }
}
