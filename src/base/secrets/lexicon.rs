//! The words that names of secrets, and names of what is only about secrets, are made of.
//!
//! Each list has a space between two words. Words are in lower case, without the numbers at their ends.

use std::collections::HashSet;
use std::sync::OnceLock;

/// A list of words.
pub(super) struct Words {
    text: &'static str,
    set: OnceLock<HashSet<&'static str>>,
}

impl Words {
    const fn of(text: &'static str) -> Self {
        Self { text, set: OnceLock::new() }
    }

    /// Whether the list has this word.
    pub(super) fn has(&self, word: &str) -> bool {
        self.set.get_or_init(|| self.all().collect()).contains(word)
    }

    /// The words, in the list's order.
    pub(super) fn all(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.text.split(' ')
    }
}

/// Words that are passwords and keys wherever they stand.
pub(super) static STRONG: Words = Words::of(
    "\
    password passwords passwd passphrase passcode apikey secretkey privatekey passwort kennwort passwrd pswd psswd \
    senha contrasena",
);

/// Words that tell of secrets wherever they stand; behind them another word may say that it is a setting.
pub(super) static LOOSE: Words = Words::of("secret secrets credential credentials");

/// Words that are secrets where they stand last.
pub(super) static LAST: Words = Words::of(
    "\
    token accesskey sshkey authkey bearer pw authtoken sas hmac passkey psk mnemonic requirepass",
);

/// Words that are secrets where they stand last, or the choice of a way to log in: by their value.
pub(super) static CHOSEN: Words = Words::of(
    "\
    secrets credential credentials cred creds auth authorization jwt signature netrc",
);

/// Ends of names that are written together.
pub(super) static ENDS: Words = Words::of(
    "\
    password passwd passphrase secret token credential credentials apikey secretkey accesskey privatekey sshkey \
    authkey signingkey encryptionkey masterkey accountkey storagekey sharedkey deploykey",
);

/// What goes before `pass`, `pwd`, `pw` and `psk` in names that are written together: `COMPASS` and `OLDPWD` are none.
pub(super) static OWNERS: Words = Words::of(
    "\
    db my mysql pg postgres sql mssql mongo redis root admin user usr ssh ftp smtp mail ldap http proxy key store \
    sudo vnc rpc wifi svn sa rabbitmq nexus bind ldapbind artifactory jenkins sonar sonarqube git github gitlab \
    bitbucket docker registry repo repository maven mvn gradle nuget npm pypi jboss wildfly tomcat weblogic wls \
    oracle ora sys system kafka zk zookeeper elastic elasticsearch es kibana grafana app web api service svc account \
    client server cert trust truststore keystore jks pem pfx signing sign master slave replica repl replication \
    backup restic borg rsync samba smb cifs nas radius wpa vpn ipmi bmc imap pop mq amqp rmq mqtt couch couchdb \
    influx cassandra neo clickhouse mariadb maria pgadmin pma wp wordpress jupyter notebook rstudio guac guacamole \
    novnc rdp login default init initial new temp tmp super superuser hive hdfs presto trino airflow superset celery \
    flower minio aws gcp azure harbor quay hg jira confluence nagios zabbix icinga puppet chef salt ansible vault",
);

/// Words that end in `pass` or `pwd` and are no passwords.
pub(super) static PASSING: Words = Words::of(
    "\
    compass bypass trespass surpass overpass underpass encompass multipass lowpass highpass bandpass allpass onepass \
    twopass singlepass firstpass lastpass askpass keepass subpass renderpass oldpwd initpwd",
);

/// What goes before `auth` in names that are written together.
pub(super) static AUTHS: Words =
    Words::of("http basic proxy npm master redis rediscli rest web api user ldap smtp");

/// Last words that say what the value is, and that it is no secret; also with an `s`.
pub(super) static ABOUT: Words = Words::of(
    "\
    file path dir directory folder url uri host hostname port user username name id type mode method scheme provider \
    backend length len size count ttl expiry expires expiration expire timeout lifetime age day hour minute second \
    interval enabled disabled required optional algorithm alg algo header prefix suffix format sock socket endpoint \
    issuer audience realm version limit policy rotation class module plugin cmd command env var variable field hint \
    prompt min max stdin fd digest fingerprint checksum sum sha256 image domain region service group role scope \
    strategy flow callback template regex pattern tries attempt retries strength validator ring server manager \
    source bucket table config hasher hashing encoder encryption engine generator kind style handler helper process \
    processor checker verifier factory driver filter middleware requirement rule iteration round cost factor history \
    complexity placeholder label title message input form page button view charset alphabet separator delimiter \
    scanning scanner scan detection ref reference arn mount hook loader reader writer resolver interceptor extractor \
    converter authenticator question reminder reset column attribute property claim param parameter argument option \
    flag setting tool cli binary bin tag char character symbol store storage policies directories strategies \
    expiries queries classes processes aliases alias",
);

/// Words behind a secret's that say whose or which it is.
pub(super) static WHICH: Words = Words::of(
    "\
    prod production dev development test testing staging stage read write rw ro admin org main new old default base \
    primary secondary value b64 base64 encoded raw plain plaintext db database root hash hashed enc encrypted data \
    json local ci github gitlab hf pypi npm aws azure",
);

/// What models count and mark: no token that lets anybody in.
pub(super) static MARKS: Words = Words::of(
    "\
    pad eos bos unk mask sep cls special stop start end next num max min per image video audio vision text eot sot \
    prefix suffix new first last decoder encoder de re sub pre multi un prompt draft by",
);

/// What keys are of that let somebody in.
pub(super) static KEYS: Words = Words::of(
    "\
    api access private priv secret encryption encrypt decryption decrypt signing sign aes des hmac jwt jws master \
    account storage shared admin app application service session auth root consumer webhook token crypto cipher \
    wallet vault sas functions instrumentation ingest ingestion pkcs8 integration merchant security password wandb \
    subscription openai kaggle comet neptune anthropic hf huggingface cookie",
);

/// What keys are of that let somebody in, or that are named by a file, a place or a licence: by their value.
pub(super) static NAMED_KEYS: Words = Words::of(
    "\
    ssh rsa dsa ecdsa ed25519 deploy deployment license licence client tls ssl pem kms",
);

/// What keys are of that are known to all, or are no such keys.
pub(super) static OPEN: Words = Words::of(
    "\
    public pub gpg pgp cache primary foreign sort partition hot apt repo repository rpm yum dnf index dict group \
    object row lookup translation event metric label tag config image layer file release debian ubuntu nodesource \
    archive routing sharding shard search map kv any press enter arrow escape function shortcut signed trusted host \
    column idempotency s3 bucket registry env locale theme color min max prefix by cuda nvidia pair state feature",
);

/// What goes before `pass` that is no password.
pub(super) static PASSES: Words = Words::of(
    "\
    first second third two one single double multi render by opt optimization fast forward backward dry num max min \
    high low band all build",
);

/// Who issues personal access tokens.
pub(super) static ISSUERS: Words = Words::of(
    "\
    github gh git gitlab gl azure ado devops ext docker dockerhub databricks my user personal access snowflake \
    airtable bitbucket figma jira ci bot ghcr",
);

/// Whose phrases and codes let somebody in.
pub(super) static RECOVERY: Words = Words::of("seed recovery secret backup mnemonic wallet");
