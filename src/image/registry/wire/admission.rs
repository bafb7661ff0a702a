//! Being let in: which challenge an answer leads to, and what is sent in answer to it.
//!
//! A 401 brings its challenge. Some registries answer whoever says nothing of himself with a 403, with a 404, as if there
//! were no such image, or with a 401 whose challenge nobody here can answer. What `/v2/` asks for is answered then, before
//! such an answer is believed: of a 404 only where something is stored for the registry.
//!
//! A server that was redirected to is answered by its own challenge, with what is stored for itself, and else believed.

use reqwest::{Response, StatusCode};

use crate::base::limits;
use crate::image::error::ImageError;
use crate::image::registry::wire::asker::{Asker, Authorization, origin};
use crate::image::registry::wire::challenge::{self, Challenge};
use crate::image::registry::wire::client::Client;
use crate::image::registry::wire::failure::Failure;
use crate::image::registry::wire::request::{Ask, Verb};

/// The path whose answer tells what a registry asks for.
const VERSION: &str = "/v2/";

impl Client {
    /// The answer to one attempt, challenges answered.
    pub(crate) async fn once(&self, ask: Ask<'_>) -> Result<Response, Failure> {
        let mut renewals = 0;
        loop {
            let sent = self.authorizations.lock().await.clone();
            let response = match self.base.get() {
                Some(base) => self.follow(base, ask, &sent).await?,
                None => self.first(ask, &sent).await?,
            };
            let Some(asker) = self.asker(&response) else { return Ok(response) };
            let used = sent.of(&asker.origin);
            let Some(challenge) = self.challenge(&response, &asker, &used).await? else {
                return Ok(response);
            };
            if renewals == limits::RENEWALS {
                return Err(self.shut(&asker, &used).into());
            }
            renewals += 1;
            self.renew(&asker, &used, challenge, ask).await?;
        }
    }

    /// Who gave an answer, where something may be sent there.
    fn asker(&self, response: &Response) -> Option<Asker> {
        let is_own = self.base.get().is_some_and(|base| base.origin() == response.url().origin());
        match is_own {
            true => Some(Asker::registry(self.name(), response.url())),
            false => Asker::elsewhere(response.url()),
        }
    }

    /// The challenge to be answered before an answer is believed; `None` where it is to be believed.
    async fn challenge(
        &self,
        response: &Response,
        asker: &Asker,
        used: &Authorization,
    ) -> Result<Option<Challenge>, ImageError> {
        let status = response.status();
        if status == StatusCode::UNAUTHORIZED {
            let own = challenge::of(response.headers());
            if !asker.is_own {
                // Not every storage host's 401 is about credentials: what cannot be answered is its answer.
                let answerable = match own {
                    Some(Challenge::Basic) => used.header.is_none() && self.credentials(asker)?.is_some(),
                    Some(Challenge::Bearer { .. }) => true,
                    None => false,
                };
                return Ok(own.filter(|_| answerable));
            }
            return match own {
                Some(own) => Ok(Some(own)),
                None => self.asked(used).await?.map(Some).ok_or_else(|| self.shut(asker, used)),
            };
        }
        let is_shut = match status {
            StatusCode::FORBIDDEN => true,
            StatusCode::NOT_FOUND => self.credentials(asker)?.is_some(),
            _ => false,
        };
        if !is_shut || !asker.is_own {
            return Ok(None);
        }
        self.asked(used).await
    }

    /// What `/v2/` asks for of whoever sent nothing; it is asked once.
    async fn asked(&self, used: &Authorization) -> Result<Option<Challenge>, ImageError> {
        let Some(base) = self.base.get().filter(|_| used.header.is_none()) else { return Ok(None) };
        let ask = Ask { verb: Verb::Get, ..Ask::get(VERSION, "", "the API's version") };
        let asked = self.asked.get_or_try_init(|| async {
            // Without a header, whatever was sent elsewhere.
            let answer = self.follow(base, ask, &Default::default()).await;
            let asks = |response: &Response| {
                response.status() == StatusCode::UNAUTHORIZED && origin(response.url()) == origin(base)
            };
            match answer {
                Ok(response) if asks(&response) => Ok(challenge::of(response.headers())),
                Ok(_) => Ok(None),
                Err(Failure::Final(error) | Failure::Passing(error)) => Err(error),
            }
        });
        asked.await.cloned()
    }

    /// That a server stays shut.
    fn shut(&self, asker: &Asker, used: &Authorization) -> ImageError {
        match &used.account {
            Some(account) => self.refused(asker, account),
            None => self.no_credentials(asker),
        }
    }

    /// Answers a challenge, unless another request did since `used` was sent.
    async fn renew(
        &self,
        asker: &Asker,
        used: &Authorization,
        challenge: Challenge,
        ask: Ask<'_>,
    ) -> Result<(), ImageError> {
        let mut all = self.authorizations.lock().await;
        if all.of(&asker.origin).generation != used.generation {
            return Ok(());
        }
        let credentials = self.credentials(asker)?;
        let account = credentials.as_ref().map(|credentials| credentials.account.clone());
        if let Some(credentials) = &credentials {
            self.sent().credentials(credentials);
        }
        let header = match (challenge, &credentials) {
            (Challenge::Basic, None) => return Err(self.no_credentials(asker)),
            (Challenge::Basic, Some(credentials)) => {
                // Sent once and refused: sending it again changes nothing.
                let header = challenge::basic(credentials).filter(|_| used.header.is_none());
                header.ok_or_else(|| self.refused(asker, &credentials.account))?
            }
            (Challenge::Bearer { realm, service, scope }, credentials) => {
                let actions = if ask.verb.writes() { "pull,push" } else { "pull" };
                let own = || format!("repository:{}:{actions}", asker.repository);
                let scope = scope.unwrap_or_else(own);
                self.token(asker, &realm, service.as_deref(), &scope, credentials.as_ref()).await?
            }
        };
        let authorization = Authorization { header: Some(header), generation: used.generation + 1, account };
        all.set(&asker.origin, authorization);
        Ok(())
    }
}
