//! Values that BuildKit takes apart: ports, signals, durations, modes, owners, platforms.

/// What is wrong with a duration as Go writes it.
pub(super) fn duration(name: &str, value: &str) -> Option<String> {
    match nanoseconds(value) {
        None => Some(format!("--{name} is a duration such as 30s, not {value:?}")),
        Some(nanoseconds) if nanoseconds != 0.0 && nanoseconds < 1e6 => {
            Some(format!("--{name} is less than a millisecond"))
        }
        Some(_) => None,
    }
}

fn nanoseconds(text: &str) -> Option<f64> {
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(0.0);
    }
    let mut total = 0.0;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(rest.len());
        let (number, after) = rest.split_at(end);
        let is_number = number.bytes().any(|byte| byte.is_ascii_digit());
        let number: f64 = number.parse().ok().filter(|_| is_number)?;
        let end = after.find(|c: char| c.is_ascii_digit() || c == '.').unwrap_or(after.len());
        let (unit, after) = after.split_at(end);
        let factor = match unit {
            "ns" => 1.0,
            "us" | "µs" | "μs" => 1e3,
            "ms" => 1e6,
            "s" => 1e9,
            "m" => 60e9,
            "h" => 3600e9,
            _ => return None,
        };
        total += number * factor;
        rest = after;
    }
    Some(sign * total)
}

/// Whether a word of EXPOSE is a port or a range of them, with a protocol or without.
pub(super) fn is_port(text: &str) -> bool {
    let container = text.rsplit(':').next().unwrap_or(text);
    let (ports, protocol) = container.split_once('/').unwrap_or((container, ""));
    let is_protocol = matches!(protocol.to_ascii_lowercase().as_str(), "" | "tcp" | "udp" | "sctp");
    let number = |text: &str| text.parse::<u16>().ok();
    let (start, end) = ports.split_once('-').unwrap_or((ports, ports));
    let is_range = matches!((number(start), number(end)), (Some(start), Some(end)) if start <= end);
    is_protocol && is_range
}

/// Whether a word of STOPSIGNAL is a signal of Linux.
pub(super) fn is_signal(text: &str) -> bool {
    const NAMES: &[&str] = &[
        "ABRT", "ALRM", "BUS", "CHLD", "CLD", "CONT", "FPE", "HUP", "ILL", "INT", "IO", "IOT", "KILL",
        "PIPE", "POLL", "PROF", "PWR", "QUIT", "SEGV", "STKFLT", "STOP", "SYS", "TERM", "TRAP", "TSTP",
        "TTIN", "TTOU", "URG", "USR1", "USR2", "VTALRM", "WINCH", "XCPU", "XFSZ", "RTMIN", "RTMAX",
    ];
    if let Ok(number) = text.parse::<i64>() {
        return number != 0;
    }
    let upper = text.to_ascii_uppercase();
    let name = upper.strip_prefix("SIG").unwrap_or(&upper);
    let counted = |prefix: &str, most: u8| {
        name.strip_prefix(prefix).and_then(|n| n.parse().ok()).is_some_and(|n: u8| (1..=most).contains(&n))
    };
    NAMES.contains(&name) || counted("RTMIN+", 15) || counted("RTMAX-", 14)
}

/// Whether a value of `--chmod` is a mode: octal digits, or clauses such as `u+x`.
pub(super) fn is_mode(text: &str) -> bool {
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        return u32::from_str_radix(text, 8).is_ok_and(|mode| mode <= 0o7777);
    }
    text.split(',').all(|clause| {
        let rest = clause.trim_start_matches(['u', 'g', 'o', 'a']);
        rest.starts_with(['+', '-', '=']) && rest.chars().skip(1).all(|c| "rwxXstugo+-=".contains(c))
    })
}

/// Whether a value of `--chown` names somebody by a name.
pub(super) fn names_owner(text: &str) -> bool {
    text.split(':').any(|part| !part.is_empty() && part.parse::<u32>().is_err())
}

/// Operating systems and architectures that are a platform alone.
const ALONE: &[&str] = &[
    "linux",
    "windows",
    "darwin",
    "macos",
    "freebsd",
    "netbsd",
    "openbsd",
    "dragonfly",
    "solaris",
    "illumos",
    "aix",
    "android",
    "js",
    "wasip1",
    "plan9",
    "nacl",
    "zos",
    "hurd",
    "ios",
    "amd64",
    "386",
    "arm",
    "arm64",
    "armbe",
    "arm64be",
    "amd64p32",
    "loong64",
    "mips",
    "mipsle",
    "mips64",
    "mips64le",
    "mips64p32",
    "mips64p32le",
    "ppc",
    "ppc64",
    "ppc64le",
    "riscv",
    "riscv64",
    "s390",
    "s390x",
    "sparc",
    "sparc64",
    "wasm",
    "x86_64",
    "x86-64",
    "aarch64",
    "i386",
    "armhf",
    "armel",
];

/// Whether a text is a platform: an operating system or an architecture, or both.
pub(super) fn is_platform(text: &str) -> bool {
    let parts: Vec<&str> = text.split('/').collect();
    let is_word = |part: &&str| {
        let name = part.split('(').next().unwrap_or_default();
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '-'))
    };
    match parts.as_slice() {
        [one] => {
            let name = one.split('(').next().unwrap_or_default().to_ascii_lowercase();
            ALONE.contains(&name.as_str())
        }
        [..] => parts.len() <= 3 && parts.iter().all(is_word),
    }
}
