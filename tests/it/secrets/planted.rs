//! An image, its rebuild and what is around them, with some 160 secrets that are canaries, and harmless values of which each
//! is told.

use serde_json::json;

use crate::support::{Image, Layer, Place, file};

/// What every canary begins with; the rest is its number and its side.
pub(super) const CANARY: &str = "Cnry7";

/// How many were planted in one image.
pub(super) const COUNT: usize = 160;

/// Harmless variables, which are told with their values.
pub(super) const HARMLESS: [(&str, &str); 36] = [
    ("MONKEY", "banana1"),
    ("PUBLIC_KEY_PATH", "/etc/keys/app.pub"),
    ("MAX_TOKENS", "4096"),
    ("EOS_TOKEN", "endofline1"),
    ("TOKENIZERS_PARALLELISM", "false"),
    ("AUTH_MODE", "none"),
    ("NO_CREDENTIALS", "0"),
    ("HF_TOKEN_PATH", "/run/secrets/hf"),
    ("KEYBOARD", "us-intl-1"),
    ("PASSIVE", "really1234567"),
    ("COMPASS", "north12345678"),
    ("GPG_KEY", "E3FF2839C048B25C084DEBE9B26995E310250568"),
    ("AUTHOR", "somebody1234567"),
    ("SSH_AUTH_SOCK", "/run/agent.sock"),
    ("TOKEN_URL", "https://auth.example.org/token?rev=main"),
    ("CUDA_VERSION", "11.2.0"),
    ("PATCH_LEVEL", "abc123def456"),
    ("OLDPWD", "home1234567890"),
    ("DB_USER", "admin1234567"),
    ("DB_NAME", "orders1234567"),
    ("SECRET_NAME", "vault1234567"),
    ("CACHE_KEY", "v2abc1234567890"),
    ("PYTHONHASHSEED", "0"),
    ("ONE_PASS", "quick12345678"),
    ("SECRET_STORE", "vault"),
    ("LICENSE_KEY", "Apache-1.0"),
    ("PASSWORD_HASHERS", "app.hashers.Argon2"),
    ("AUTHORIZATION_KIND", "RBAC"),
    ("BASIC_AUTH_MODULE", "a.mod"),
    ("AIRFLOW__API__AUTH", "a.mod"),
    ("LOGIN_AUTH", "keycloak"),
    ("DEPLOY_SSH_KEY", "id_rsa"),
    ("KMS_KEY", "alias/mine"),
    ("SECRET_ARN", "arn:aws:secretsmanager:eu-west-1:1:secret:x1"),
    ("GIT_CREDENTIAL_HELPER", "store"),
    ("BYPASS", "really1234567"),
];

/// Deals canaries out, each once.
pub(super) struct Canaries {
    side: char,
    next: usize,
}

impl Canaries {
    pub(super) fn of(side: char) -> Self {
        Self { side, next: 0 }
    }

    fn one(&mut self) -> String {
        self.next += 1;
        format!("{CANARY}{:03}{}q9", self.next, self.side)
    }

    /// The template with a canary in each place that is marked.
    fn fill(&mut self, template: &str) -> String {
        let mut parts = template.split('@');
        let mut text = parts.next().unwrap().to_owned();
        for part in parts {
            text += &self.one();
            text += part;
        }
        // Where a text needs the sign itself.
        text.replace('\u{b7}', "@")
    }
}

const ENV: [&str; 74] = [
    "PGPASSWORD=@",
    "DB_PASS=@",
    "MYSQL_PWD=@",
    "GITHUB_PAT=@",
    "dbPassword=@",
    "accessToken=@",
    "HF_TOKEN=@",
    "AWS_SECRET_ACCESS_KEY=@",
    "WANDB_API_KEY=@",
    "SSH_KEY=@",
    "ENCRYPTION_KEY=@",
    "ROOT_PW=@",
    "SECRETKEY=@",
    "JWT_SIGNATURE=@",
    "GITHUBTOKEN=@",
    "SSHPASS=@",
    "VAULT_SECRET_ID=@",
    "REDISCLI_AUTH=@",
    "OPENAI_KEY=@",
    "SECRET_KEY_BASE=@",
    "CLIENT_SECRET=@",
    "MINIO_ROOT_PASSWORD=@",
    "DATABASE_URL=postgres://app:@·db.example.org/app",
    "PIP_INDEX_URL=https://me:@·pypi.example.org/simple",
    "ConnectionStrings__Db=Server=x;User Id=sa;Password=@;",
    "STORAGE=AccountName=me;AccountKey=@;EndpointSuffix=example.org",
    "SENTRY_DSN=https://@·ingest.example.org/2",
    "HOOK=https://hooks.slack.com/services/T0/B0/@",
    "JAVA_OPTS=-Xmx2g -Djavax.net.ssl.keyStorePassword=@",
    "GIT_TOKEN=@",
    "NPM_TOKEN=@",
    "PYPI_TOKEN=@",
    "TWINE_PASSWORD=@",
    "SA_PASSWORD=@",
    "KAGGLE_KEY=@",
    "NGC_API_KEY=@",
    "CI_JOB_TOKEN=@",
    "SMTP_PASS=@",
    "DBPASS=@",
    "ADMIN_PASS=@",
    "VNC_PW=@",
    "KEYSTOREPASSWORD=@",
    "BASIC_AUTH=@",
    "AUTH_SALT=@",
    "SIGNING_KEY=@",
    "MASTER_KEY=@",
    "SharedAccessKey=@",
    "COSIGN_PASSWORD=@",
    "RABBITMQ_ERLANG_COOKIE=@",
    "spring.datasource.password=@",
    "GITHUBPAT=@",
    "NEXUSPASS=@",
    "LDAP_BINDPW=@",
    "APPKEY=@",
    "WIFI_PSK=@",
    "SEED_PHRASE=@",
    "WALLET_MNEMONIC=@",
    "REQUIREPASS=@",
    "MASTERAUTH=@",
    "DB_PSWD=@",
    "TF_TOKEN_app_terraform_io=@",
    "POETRY_PYPI_TOKEN_MINE=@",
    "POETRY_HTTP_BASIC_MINE_PASSWORD=@",
    "BUNDLE_GEMS__EXAMPLE__ORG=me:@",
    "CARGO_REGISTRIES_MINE_TOKEN=@",
    "COMPOSER_AUTH={\"github-oauth\":{\"github.com\":\"@\"}}",
    "ODBC=Driver={SQL Server};Server=db;UID=sa;PWD=@;",
    "DSN=DSN=x;Uid=sa;Pwd=@",
    "FALLBACK=${HF_TOKEN:-@}",
    "NETRC=machine h login me password @",
    "BASE=docker://me:@·registry.example.org/app",
    "CREDENTIALS=@",
    "AUTHORIZATION=@",
    "RECOVERY_CODES=@",
];

const LABELS: [&str; 5] = [
    "com.example.api-key=@",
    "deploy.token=@",
    "org.example.source=https://ci:@·git.example.org/a/b",
    "db.password=@",
    "com.example.url=https://x.example.org/?access_token=@&rev=main",
];

/// Steps of the history that make no layer, and of the Dockerfile.
const STEPS: [&str; 62] = [
    "RUN |2 HF_TOKEN=@ USER_UID=1000 /bin/sh -c make",
    "RUN |1 NPM_TOKEN=@ /bin/sh -c npm ci",
    "RUN /bin/sh -c curl -u user:@ https://x.example.org",
    "RUN /bin/sh -c curl -H 'Authorization: Bearer @' https://x.example.org",
    "RUN /bin/sh -c curl -H 'PRIVATE-TOKEN: @' https://x.example.org",
    "RUN /bin/sh -c curl 'https://x.example.org/?token=@&rev=main'",
    "RUN /bin/sh -c curl 'https://b.example.org/o?sv=2022&sig=@&se=2030'",
    "RUN /bin/sh -c mysql -uroot -p@ -e 'select 1'",
    "RUN /bin/sh -c mysql --password=@ -e 'select 1'",
    "RUN /bin/sh -c sshpass -p @ scp a me·host:",
    "RUN /bin/sh -c echo 'root:@' | chpasswd",
    "RUN /bin/sh -c echo @ | docker login -u me --password-stdin r.example.org",
    "RUN /bin/sh -c docker login -u me -p @ r.example.org",
    "RUN /bin/sh -c git clone https://@·github.example.org/a/b",
    "RUN /bin/sh -c wandb login @",
    "RUN /bin/sh -c aws configure set aws_secret_access_key @",
    "RUN /bin/sh -c pip config set global.index-url https://me:@·example.org/simple",
    "RUN /bin/sh -c wget --http-password @ https://x.example.org",
    "RUN /bin/sh -c keytool -storepass @ -list",
    "RUN /bin/sh -c echo \"machine h login me password @\" > /root/.netrc",
    "/bin/sh -c #(nop)  ENV API_KEY=@",
    "ARG DEPLOY_KEY=@",
    "RUN /bin/sh -c mysql -e \"CREATE USER app IDENTIFIED BY '@'\"",
    "RUN /bin/sh -c mysql -e \"SET PASSWORD FOR root = PASSWORD('@')\"",
    "RUN /bin/sh -c psql -c \"ALTER USER postgres WITH PASSWORD '@'\"",
    "RUN /bin/sh -c sqlcmd -Q \"CREATE LOGIN app WITH PASSWORD = '@'\"",
    "RUN /bin/sh -c htpasswd -cb /etc/x admin @",
    "RUN /bin/sh -c htpasswd -nbB admin @ > /etc/y",
    "RUN /bin/sh -c poetry config http-basic.mine me @",
    "RUN /bin/sh -c poetry config pypi-token.mine @",
    "RUN /bin/sh -c composer config -g http-basic.repo.example.org me @",
    "RUN /bin/sh -c composer config -g github-oauth.github.com @",
    "RUN /bin/sh -c conda token set @",
    "RUN /bin/sh -c cargo login --registry mine @",
    "RUN /bin/sh -c vault login @",
    "RUN /bin/sh -c vault kv put secret/app key=@",
    "RUN /bin/sh -c bundle config set --global gems.example.org me:@",
    "RUN /bin/sh -c dvc remote modify --local storage secret_access_key @",
    "RUN /bin/sh -c ngrok config add-authtoken @",
    "RUN /bin/sh -c snyk auth @",
    "RUN /bin/sh -c snyk config set api=@",
    "RUN /bin/sh -c nuget setapikey @ -Source https://example.org",
    "RUN /bin/sh -c dotnet nuget push a.nupkg -k @",
    "RUN /bin/sh -c npm config set //registry.example.org/:_auth @",
    "RUN /bin/sh -c printf ':rubygems_api_key: @\\n' > /root/.gem/credentials",
    "RUN /bin/sh -c printf 'protocol=https\\nusername=me\\npassword=@\\n' | git credential approve",
    "RUN /bin/sh -c docker login -u me --password-stdin <<< @",
    "RUN /bin/sh -c python -c \"from huggingface_hub import login; login('@')\"",
    "RUN /bin/sh -c wandb login --host https://wandb.example.org @",
    "RUN /bin/sh -c app --pwd @",
    "RUN /bin/sh -c curl -sb session=@ https://x.example.org",
    "RUN /bin/sh -c curl -fsSLu user:@ https://x.example.org",
    "RUN /bin/sh -c curl -H 'X-JFrog-Art-Api: @' https://x.example.org",
    "RUN /bin/sh -c curl -H 'Authorization: SSWS @' https://x.example.org",
    "RUN /bin/sh -c echo \"c.NotebookApp.token = '@'\" >> a.py",
    "RUN /bin/sh -c printf 'machine h\\nlogin me\\npassword @\\n' > /root/.netrc",
    "RUN /bin/sh -c chpasswd <<< root:@",
    "RUN /bin/sh -c mc alias set local https://minio.example.org me @",
    "RUN /bin/sh -c rabbitmqctl add_user me @",
    "RUN /bin/sh -c kubectl create secret generic x --from-literal=mode=@",
    "RUN /bin/sh -c useradd -p $(openssl passwd -6 @) me",
    "RUN /bin/sh -c sudo -u postgres mysql -p@ app",
];

/// Instructions whose layers drift.
const LAYERS: [&str; 6] = [
    "RUN /bin/sh -c pip install --extra-index-url https://me:@·pypi.example.org/simple demo",
    "RUN |1 DB_PASSWORD=@ /bin/sh -c ./configure --password @",
    "RUN /bin/sh -c curl -fsSL -u ci:@ https://x.example.org | tar x",
    "RUN /bin/sh -c redis-cli -a @ ping > /opt/ping",
    "RUN /bin/sh -c HF_TOKEN=\"@\" python get.py",
    "COPY app /opt",
];

/// Files that everybody in a container may read: path, and the content around what changes.
const FILES: [(&str, &str); 13] = [
    (
        "usr/lib/python3/dist-packages/demo-1.0.dist-info/direct_url.json",
        "{\"url\": \"https://me:@·git.example.org/demo.git\", \"vcs_info\": {\"vcs\": \"git\", \"commit_id\": \"0123456789012345678901234567890123456789\"}}",
    ),
    (
        "usr/lib/python3/dist-packages/other-1.0.dist-info/direct_url.json",
        "{\"url\": \"https://x.example.org/other-1.0.zip?token=@\", \"archive_info\": {}}",
    ),
    ("etc/pip.conf", "[global]\nindex-url = https://me:@·pypi.example.org/simple\ntimeout = 60\n"),
    ("opt/requirements.txt", "numpy==1.26.4\ndemo · git+https://@·git.example.org/demo.git·v1\n"),
    ("opt/.npmrc", "//registry.example.org/:_authToken=@\n"),
    ("opt/netrc", "machine example.org login me password @\n"),
    ("opt/settings.py", "DEBUG = False\nSECRET_KEY = '@'\nALLOWED = []\n"),
    ("opt/app.yaml", "name: app\npassword: @\nport: 8000\n"),
    ("opt/docker.json", "{\"auths\": {\"r.example.org\": {\"auth\": \"@\"}}}\n"),
    ("opt/run.sh", "#!/bin/sh\nexec curl -H 'Authorization: token @' https://x.example.org\n"),
    ("opt/app.env", "API_TOKEN=@\nLOG=info\n"),
    ("opt/pypirc", "[pypi]\nusername = __token__\npassword = @\n"),
    ("opt/alembic.ini", "sqlalchemy.url = postgresql://app:@·db.example.org/app\n"),
];

/// The image of one side: of the same names, with other secrets.
pub(super) fn image(side: char, tag: &str) -> (Image, usize) {
    let mut canaries = Canaries::of(side);
    let mut image = Image::new("linux/amd64").tag(tag);
    for (name, value) in HARMLESS {
        image = image.env(name, value);
    }
    for pair in ENV {
        let pair = canaries.fill(pair);
        let (name, value) = pair.split_once('=').unwrap();
        image = image.env(name, value);
    }
    for pair in LABELS {
        let pair = canaries.fill(pair);
        let (name, value) = pair.split_once('=').unwrap();
        image = image.label(name, value);
    }
    for step in STEPS {
        image = image.step(&canaries.fill(step));
    }
    let words = |canaries: &mut Canaries, list: &[&str]| {
        json!(list.iter().map(|word| canaries.fill(word)).collect::<Vec<_>>())
    };
    image = image
        .run_config("Cmd", words(&mut canaries, &["app", "--password", "@", "--port", "8000"]))
        .run_config("Entrypoint", words(&mut canaries, &["sh", "-c", "exec \"$0\" --api-key=@ \"$\u{b7}\""]))
        .run_config("OnBuild", words(&mut canaries, &["RUN curl -u a:@ https://x.example.org"]))
        .run_config("Shell", words(&mut canaries, &["/bin/sh", "-c"]))
        .run_config("Hostname", json!(format!("box{side}")))
        .run_config("X", json!({"password": canaries.one()}))
        .run_config(
            "Healthcheck",
            json!({"Test": words(&mut canaries, &["CMD-SHELL", "curl -u probe:@ http://localhost/"])}),
        );
    let mut files = FILES.iter();
    for (at, instruction) in LAYERS.iter().enumerate() {
        let mut entries = vec![file(&format!("opt/made-{at}"), format!("{side}{at}\n"))];
        let take = if at + 1 == LAYERS.len() { FILES.len() } else { 2 };
        for (path, content) in files.by_ref().take(take) {
            entries.push(file(path, canaries.fill(content)));
            if let Some(folder) = path.strip_suffix("/direct_url.json") {
                let name = folder.rsplit('/').next().unwrap().trim_end_matches("-1.0.dist-info");
                entries.push(file(
                    &format!("{folder}/METADATA"),
                    format!("Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n"),
                ));
                entries.push(file(&format!("{folder}/INSTALLER"), "pip\n"));
            }
        }
        image = image.layer(Layer::new(&canaries.fill(instruction), entries));
    }
    let planted = canaries.next;
    (image, planted)
}

/// Texts to lint, of which each quotes secrets; and what they install from.
pub(super) fn texts(place: &Place) {
    let mut canaries = Canaries::of('t');
    let dockerfile = "FROM python:3.11
ARG HF_TOKEN=@
ENV API_KEY=@ DB_PASS=@
COPY requirements.txt pip.conf /tmp/
RUN pip install --extra-index-url https://me:@·pypi.example.org/simple numpy && pip install git+https://@·git.example.org/demo.git
RUN curl -u user:@ -fsSL https://x.example.org/a.sh | sh
RUN apt-get update && apt-get install -y curl && curl -H \"Authorization: Bearer @\" https://x.example.org/latest.tgz -o a.tgz
RUN git clone https://@·github.example.org/a/b && wget --password=@ https://x.example.org/main.zip?token=@
RUN mysql -p@ -e 'select 1' && echo 'root:@' | chpasswd
RUN pip install -r /tmp/requirements.txt
RUN useradd -m me && docker run -p 80:80 -e HF_TOKEN=@ app:latest
CMD [\"app\", \"--password\", \"@\"]
";
    place.write("Dockerfile", canaries.fill(dockerfile));
    let requirements = "--extra-index-url https://me:@·pypi.example.org/simple\nnumpy\ndemo · git+https://@·git.example.org/demo.git\n\
                        other · https://x.example.org/other.zip?token=@\nrequests>=2\n";
    place.write("requirements.txt", canaries.fill(requirements));
    place.write("pip.conf", canaries.fill("[global]\nindex-url = https://me:@·pypi.example.org/simple\n"));
    let compose = "services:\n  app:\n    image: app:latest\n    environment:\n      DB_PASSWORD: @\n      HF_TOKEN: @\n";
    place.write("compose.yaml", canaries.fill(compose));
    let script = "#!/bin/sh\nexport HF_TOKEN=@\ncurl -u me:@ https://x.example.org/latest.tgz | tar x\ndocker run -e API_KEY=@ app:latest\n";
    place.write("run.sh", canaries.fill(script));
}
