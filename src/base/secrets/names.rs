//! What a name says of its value: of a variable, an option, a header, a key of JSON, TOML or YAML.
//!
//! A name is taken apart into words, at signs and where its case changes (`DB_PASS`, `dbPassword`, `X-Api-Key`); names that
//! are written together (`PGPASSWORD`) are told by their end. The last word says what the value is: `TOKEN_TTL` is a time.

/// What a name says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Naming {
    /// Nothing of a secret.
    Harmless,
    /// A key of some kind: the value has to look like one.
    Key,
    /// A secret.
    Secret,
}

/// Longer names name nothing.
pub(super) const LONGEST: usize = 128;

/// Words that are secrets wherever they stand.
const STRONG: &str = "password passwords passwd passphrase passcode secret secrets credential credentials apikey secretkey privatekey";

/// Words that are secrets where they stand last.
const LAST: &str = "\
    token accesskey sshkey authkey auth authorization bearer jwt signature netrc cred creds pw authtoken sas hmac \
    passkey";

/// Ends of names that are written together.
const ENDS: &str = "\
    password passwd passphrase secret token credential credentials apikey secretkey accesskey privatekey sshkey \
    authkey signingkey encryptionkey masterkey accountkey storagekey sharedkey deploykey";

/// What goes before `pass`, `pwd` and `pw` in names that are written together: `COMPASS` and `OLDPWD` are none.
const OWNERS: &str = "\
    db my mysql pg postgres sql mssql mongo redis root admin user usr ssh ftp smtp mail ldap http proxy key store \
    sudo vnc rpc wifi svn sa rabbitmq";

/// Last words that say what the value is, and that it is no secret.
const ABOUT: &str = "\
    file files path paths dir directory folder url urls uri host hostname hosts port user username name names id ids \
    type types mode method methods scheme provider providers backend backends length len size count ttl expiry \
    expires expiration expire timeout lifetime age days hours minutes seconds interval enabled disabled required \
    optional algorithm alg algo header headers prefix suffix format sock socket endpoint issuer audience realm \
    version limit limits policy rotation class module plugin cmd command env var variable field hint prompt min max \
    stdin fd digest fingerprint checksum sum sha256 image domain region service group role scope scopes strategy \
    flow callback template regex pattern tries attempts retries strength validator validators ring server manager \
    source bucket table config";

/// Words behind a secret's that say whose or which it is.
const WHICH: &str = "\
    prod production dev development test testing staging stage read write rw ro admin org main new old default base \
    primary secondary value b64 base64 encoded raw plain plaintext db database root hash hashed enc encrypted data \
    json local ci github gitlab hf pypi npm aws azure";

/// What models count and mark: no token that lets anybody in.
const MARKS: &str = "\
    pad eos bos unk mask sep cls special stop start end next num max min per image video audio vision text eot sot \
    prefix suffix new first last decoder encoder de re sub pre multi un prompt draft by";

/// What keys are of that let somebody in.
const KEYS: &str = "\
    api access private priv secret encryption encrypt decryption decrypt signing sign ssh rsa dsa ecdsa ed25519 aes \
    des hmac jwt jws master account storage shared admin app application service session deploy deployment license \
    licence subscription auth client root consumer webhook token crypto cipher tls ssl wallet vault sas functions \
    instrumentation ingest ingestion pem pkcs8 integration merchant security password kms wandb openai kaggle comet \
    neptune anthropic hf huggingface cookie";

/// What keys are of that are known to all, or are no such keys.
const OPEN: &str = "\
    public pub gpg pgp cache primary foreign sort partition hot apt repo repository rpm yum dnf index dict group \
    object row lookup translation event metric label tag config image layer file release debian ubuntu nodesource \
    archive routing sharding shard search map kv any press enter arrow escape function shortcut signed trusted host \
    column idempotency s3 bucket registry env locale theme color min max prefix by cuda nvidia pair state feature";

/// What goes before `pass` that is no password.
const PASSES: &str = "\
    first second third two one single double multi render by opt optimization fast forward backward dry num max min \
    high low band all build";

/// Who issues personal access tokens.
const ISSUERS: &str = "\
    github gh git gitlab gl azure ado devops ext docker dockerhub databricks my user personal access snowflake \
    airtable bitbucket figma jira ci bot ghcr";

/// Whether a list of words, with a space between two, has this one.
fn is_in(list: &str, word: &str) -> bool {
    list.split(' ').any(|known| known == word)
}

/// What `name` says.
pub(super) fn naming(name: &str) -> Naming {
    if name.len() > LONGEST {
        return Naming::Harmless;
    }
    let words = words(name);
    let mut words: &[String] = &words;
    if let [rest @ .., owner, last] = words
        && is_in(ABOUT, last)
    {
        // A vault's secret_id, and the id of an access key, are half of a login.
        let is_half = matches!(
            (rest.last().map(String::as_str), owner.as_str()),
            (_, "secret") | (Some("access"), "key")
        );
        return if last == "id" && is_half { Naming::Secret } else { Naming::Harmless };
    }
    if words.iter().any(|word| is_in(STRONG, word)) {
        return Naming::Secret;
    }
    while let [rest @ .., last] = words
        && !rest.is_empty()
        && (is_in(WHICH, last) || last.len() == 1)
    {
        words = rest;
    }
    let Some((last, before)) = words.split_last() else { return Naming::Harmless };
    of_last(last, before)
}

/// What the last word says, by those before it.
fn of_last(last: &str, before: &[String]) -> Naming {
    let owner = before.last().map(String::as_str);
    let is_one_of = |list: &str| owner.is_some_and(|owner| is_in(list, owner));
    let naming = |is_secret: bool| if is_secret { Naming::Secret } else { Naming::Harmless };
    match last {
        "token" => naming(!is_one_of(MARKS)),
        "tokens" => naming(is_one_of("api auth access bearer refresh secret")),
        // Alone it is the folder that a shell is in.
        "pwd" => naming(owner.is_some()),
        "pass" => naming(!is_one_of(PASSES)),
        "pat" => naming(owner.is_none() || is_one_of(ISSUERS)),
        "cookie" => naming(is_one_of("erlang session auth")),
        "salt" => naming(owner.is_some()),
        "keys" => naming(is_one_of("api access private secret encryption signing")),
        "key" if is_one_of(KEYS) => Naming::Secret,
        "key" if is_one_of(OPEN) => Naming::Harmless,
        "key" => Naming::Key,
        last if is_in(LAST, last) => Naming::Secret,
        last => naming(is_glued(last)),
    }
}

/// Whether a word is a secret's that is written together with whose it is.
fn is_glued(word: &str) -> bool {
    // `NOPASSWD` of a sudoers file.
    if word.starts_with("no") {
        return false;
    }
    let by_owner = ["pass", "pwd", "pw"]
        .iter()
        .any(|end| word.strip_suffix(end).is_some_and(|owner| is_in(OWNERS, owner)));
    let by_end = ENDS.split(' ').any(|end| match word.strip_suffix(end) {
        Some(owner) if end == "token" => !is_in(MARKS, owner),
        Some(_) => true,
        None => false,
    });
    by_owner || by_end
}

/// The words of a name, in lower case, without numbers at their ends.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let letters: Vec<char> = name.chars().collect();
    for (at, letter) in letters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| letters.get(at));
        let after = letters.get(at + 1);
        let starts = letter.is_ascii_uppercase()
            && before.is_some_and(|before| {
                before.is_ascii_lowercase()
                    || before.is_ascii_uppercase() && after.is_some_and(char::is_ascii_lowercase)
            });
        if starts || !letter.is_ascii_alphanumeric() {
            words.push(String::new());
        }
        if let (true, Some(word)) = (letter.is_ascii_alphanumeric(), words.last_mut()) {
            word.push(letter.to_ascii_lowercase());
        }
    }
    // Of `b64`, `ed25519` and the like the number is a part.
    let is_known = |word: &str| [WHICH, KEYS, ABOUT, LAST, OPEN].iter().any(|list| is_in(list, word));
    let bare = |word: String| match is_known(&word) {
        true => word,
        false => word.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned(),
    };
    words.into_iter().map(bare).filter(|word| !word.is_empty()).collect()
}
