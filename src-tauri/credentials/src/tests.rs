use std::any::Any;
use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::Duration;

use engine::ports::{Marks as _, SecretName, Secrets as _, SecretsError};
use keyring_core::api::{CredentialApi, CredentialPersistence, CredentialStoreApi};
use keyring_core::{Credential, CredentialStore, Entry, Error, mock};
use secrecy::{ExposeSecret as _, SecretString};

use super::*;

const LONG: Duration = Duration::from_mins(1);
const SHORT: Duration = Duration::from_millis(30);

/// What a keyring does instead of answering.
enum Trouble {
    Fails(Error),
    /// Until the other end says go on, or goes.
    Hangs(mpsc::Receiver<()>),
    Panics,
}

/// A keyring in memory that obeys the test.
#[derive(Clone, Default)]
struct Shelf(Arc<State>);

#[derive(Default)]
struct State {
    entries: Mutex<HashMap<String, Vec<u8>>>,
    /// Met in this order, one a call.
    troubles: Mutex<VecDeque<Trouble>>,
    connections: AtomicUsize,
    forgets: bool,
}

impl Shelf {
    fn connect(&self) -> Connect {
        let this = self.clone();
        Box::new(move || {
            this.0.connections.fetch_add(1, Ordering::Relaxed);
            Ok(Arc::new(this.clone()))
        })
    }

    async fn open(&self, limit: Duration) -> Keyring {
        Keyring::open_with(self.connect(), limit).await.unwrap()
    }

    fn meets(&self, trouble: Trouble) {
        self.0.troubles.lock().unwrap().push_back(trouble);
    }

    fn names(&self) -> Vec<String> {
        self.0.entries.lock().unwrap().keys().cloned().collect()
    }

    fn trouble(&self) -> Result<(), Error> {
        let trouble = self.0.troubles.lock().unwrap().pop_front();
        match trouble {
            None => Ok(()),
            Some(Trouble::Fails(error)) => Err(error),
            Some(Trouble::Panics) => panic!("its library fell"),
            Some(Trouble::Hangs(go_on)) => {
                let _ = go_on.recv();
                Ok(())
            }
        }
    }
}

impl CredentialStoreApi for Shelf {
    fn vendor(&self) -> String {
        "test".to_owned()
    }

    fn id(&self) -> String {
        "test".to_owned()
    }

    fn build(&self, service: &str, user: &str, _: Option<&HashMap<&str, &str>>) -> Result<Entry, Error> {
        let place = Place { shelf: self.clone(), name: format!("{service}/{user}") };
        Ok(Entry::new_with_credential(Arc::new(place)))
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn persistence(&self) -> CredentialPersistence {
        CredentialPersistence::UntilDelete
    }

    fn debug_fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Shelf")
    }
}

struct Place {
    shelf: Shelf,
    name: String,
}

impl CredentialApi for Place {
    fn set_secret(&self, secret: &[u8]) -> Result<(), Error> {
        self.shelf.trouble()?;
        if !self.shelf.0.forgets {
            self.shelf.0.entries.lock().unwrap().insert(self.name.clone(), secret.to_owned());
        }
        Ok(())
    }

    fn get_secret(&self) -> Result<Vec<u8>, Error> {
        self.shelf.trouble()?;
        self.shelf.0.entries.lock().unwrap().get(&self.name).cloned().ok_or(Error::NoEntry)
    }

    fn delete_credential(&self) -> Result<(), Error> {
        self.shelf.trouble()?;
        self.shelf.0.entries.lock().unwrap().remove(&self.name).map(|_| ()).ok_or(Error::NoEntry)
    }

    fn get_credential(&self) -> Result<Option<Arc<Credential>>, Error> {
        Ok(None)
    }

    fn get_specifiers(&self) -> Option<(String, String)> {
        None
    }

    fn as_any(&self) -> &dyn Any {
        self
    }

    fn debug_fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Place")
    }
}

fn platform(words: &str) -> Error {
    Error::PlatformFailure(words.to_owned().into())
}

async fn read(keyring: &Keyring, name: SecretName) -> Result<Option<String>, SecretsError> {
    Ok(keyring.get(name).await?.map(|secret| secret.expose_secret().to_owned()))
}

#[tokio::test]
async fn each_secret_has_an_entry_of_its_own() {
    let shelf = Shelf::default();
    let keyring = shelf.open(LONG).await;
    assert_eq!(shelf.names(), Vec::<String>::new(), "the probe is gone");
    assert_eq!(read(&keyring, SecretName::GreenApiToken).await, Ok(None));
    for name in SecretName::ALL {
        keyring.set(name, SecretString::from(name.as_str())).await.unwrap();
    }
    keyring.set(SecretName::GreenApiToken, SecretString::from("новый")).await.unwrap();
    let mut names = shelf.names();
    names.sort();
    assert_eq!(
        names,
        [
            "booking-monitor/green-api.token",
            "booking-monitor/yclients.partner-token",
            "booking-monitor/yclients.user-token"
        ]
    );
    assert_eq!(read(&keyring, SecretName::GreenApiToken).await, Ok(Some("новый".to_owned())));
    assert_eq!(keyring.remove(SecretName::GreenApiToken).await, Ok(true));
    assert_eq!(keyring.remove(SecretName::GreenApiToken).await, Ok(false));
    assert_eq!(read(&keyring, SecretName::GreenApiToken).await, Ok(None));
    assert_eq!(
        read(&keyring, SecretName::YclientsUserToken).await,
        Ok(Some("yclients.user-token".to_owned()))
    );
}

#[tokio::test]
async fn a_panic_while_it_is_asked_costs_that_answer_and_no_other() {
    let shelf = Shelf::default();
    let keyring = shelf.open(LONG).await;
    keyring.set(SecretName::GreenApiToken, SecretString::from("token")).await.unwrap();
    shelf.meets(Trouble::Panics);
    assert!(matches!(read(&keyring, SecretName::GreenApiToken).await, Err(SecretsError::Refused(_))));
    assert_eq!(read(&keyring, SecretName::GreenApiToken).await, Ok(Some("token".to_owned())));
}

#[tokio::test]
async fn a_mark_has_an_entry_beside_the_secrets_and_fits_into_it() {
    let shelf = Shelf::default();
    let keyring = shelf.open(LONG).await;
    assert_eq!(keyring.mark("desk-1").await, Ok(None));
    keyring.set_mark("desk-1", "first").await.unwrap();
    keyring.set_mark("desk-1", "second").await.unwrap();
    assert_eq!(shelf.names(), ["booking-monitor/desk-1"]);
    assert_eq!(keyring.mark("desk-1").await, Ok(Some("second".to_owned())));
    let long = "x".repeat(1281);
    assert_eq!(keyring.set_mark("desk-1", &long).await, Err(SecretsError::TooLong { limit: 2560 }));
    assert_eq!(keyring.remove_mark("desk-1").await, Ok(true));
    assert_eq!(keyring.remove_mark("desk-1").await, Ok(false));
}

#[tokio::test]
async fn a_store_that_only_pretends_is_found_out() {
    let mock: Connect = Box::new(|| Ok(mock::Store::new()?));
    assert_eq!(Keyring::open_with(mock, LONG).await.unwrap_err(), SecretsError::NotKept);
    let forgetful = Shelf(Arc::new(State { forgets: true, ..State::default() }));
    assert_eq!(Keyring::open_with(forgetful.connect(), LONG).await.unwrap_err(), SecretsError::NotKept);
}

#[tokio::test]
async fn what_does_not_fit_is_refused_before_it_is_written() {
    let shelf = Shelf::default();
    let keyring = shelf.open(LONG).await;
    let set = |value: String| keyring.set(SecretName::GreenApiToken, SecretString::from(value));
    assert_eq!(set("x".repeat(1281)).await, Err(SecretsError::TooLong { limit: 2560 }));
    assert_eq!(set("🦀".repeat(641)).await, Err(SecretsError::TooLong { limit: 2560 }));
    assert!(matches!(set(String::new()).await, Err(SecretsError::Refused(_))));
    assert!(shelf.names().is_empty());
    assert_eq!(set("x".repeat(1280)).await, Ok(()));
    assert_eq!(set("🦀".repeat(640)).await, Ok(()));
}

#[tokio::test]
async fn a_silent_keyring_is_not_waited_for_and_costs_one_thread() {
    let shelf = Shelf::default();
    let keyring = shelf.open(SHORT).await;
    let (go_on, hanging) = mpsc::channel();
    shelf.meets(Trouble::Hangs(hanging));
    assert_eq!(read(&keyring, SecretName::GreenApiToken).await, Err(SecretsError::TimedOut));
    // Its asker is told "no answer", so this is not written behind their back later.
    let set = keyring.set(SecretName::GreenApiToken, SecretString::from("late")).await;
    assert_eq!(set, Err(SecretsError::TimedOut));
    drop(go_on);
    // Answered once the prompt is: the questions nobody waits for are not put.
    loop {
        match read(&keyring, SecretName::GreenApiToken).await {
            Err(SecretsError::TimedOut) => {}
            answer => break assert_eq!(answer, Ok(None)),
        }
    }
    assert!(shelf.names().is_empty());
}

#[test]
fn a_hanging_keyring_holds_neither_the_runtime_nor_the_program() {
    let shelf = Shelf::default();
    let (go_on, hanging) = mpsc::channel();
    shelf.meets(Trouble::Hangs(hanging));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
    let opened = runtime.block_on(Keyring::open_with(shelf.connect(), SHORT));
    assert_eq!(opened.unwrap_err(), SecretsError::TimedOut);
    // Waits for the blocking pool; would never return if the call were in it.
    drop(runtime);
    drop(go_on);
}

#[tokio::test]
async fn a_keyring_that_was_restarted_is_found_again() {
    let shelf = Shelf::default();
    let keyring = shelf.open(LONG).await;
    keyring.set(SecretName::GreenApiToken, SecretString::from("t")).await.unwrap();
    shelf.meets(Trouble::Fails(platform("the connection is closed")));
    assert_eq!(read(&keyring, SecretName::GreenApiToken).await, Ok(Some("t".to_owned())));
    assert_eq!(shelf.0.connections.load(Ordering::Relaxed), 2);
    // Twice in a row is more than a lost connection; the call after that may succeed again.
    shelf.meets(Trouble::Fails(platform("the connection is closed")));
    shelf.meets(Trouble::Fails(platform("out of order")));
    let refused = read(&keyring, SecretName::GreenApiToken).await;
    assert_eq!(refused, Err(SecretsError::Refused("out of order".to_owned())));
    assert_eq!(read(&keyring, SecretName::GreenApiToken).await, Ok(Some("t".to_owned())));
}

#[tokio::test]
async fn an_absent_keyring_is_looked_for_again_each_time() {
    let tries = Arc::new(AtomicUsize::new(0));
    let connect = |tries: &Arc<AtomicUsize>| -> Connect {
        let tries = Arc::clone(tries);
        Box::new(move || {
            let there: Arc<CredentialStore> = Arc::new(Shelf::default());
            if tries.fetch_add(1, Ordering::Relaxed) == 0 {
                Err(platform("no session bus"))
            } else {
                Ok(there)
            }
        })
    };
    let absent = Keyring::open_with(connect(&tries), LONG).await.unwrap_err();
    assert_eq!(absent, SecretsError::Absent("no session bus".to_owned()));
    assert!(Keyring::open_with(connect(&tries), LONG).await.is_ok());
}

#[tokio::test]
async fn refusals_are_told_apart_and_never_show_what_is_stored() {
    let shelf = Shelf::default();
    let keyring = shelf.open(LONG).await;
    let stored = || b"hunter2".to_vec();
    let boxed = || "detail".to_owned().into();
    let refused = |why: &str| SecretsError::Refused(why.to_owned());
    for (error, expected) in [
        (Error::NoStorageAccess(boxed()), SecretsError::Locked),
        (Error::BadEncoding(stored()), refused("what is stored there is not text")),
        (Error::BadDataFormat(stored(), boxed()), refused("what is stored there has another format")),
        (Error::TooLong("password".to_owned(), 512), SecretsError::TooLong { limit: 512 }),
        (Error::Ambiguous(Vec::new()), SecretsError::Ambiguous { entries: 0 }),
        (Error::NoDefaultStore, SecretsError::Absent("this system has none".to_owned())),
        (Error::NotSupportedByStore("no".to_owned()), refused("no")),
    ] {
        shelf.meets(Trouble::Fails(error));
        assert_eq!(read(&keyring, SecretName::GreenApiToken).await, Err(expected));
    }
    shelf.0.entries.lock().unwrap().insert("booking-monitor/green-api.token".to_owned(), vec![0xff, b'h']);
    assert_eq!(
        read(&keyring, SecretName::GreenApiToken).await,
        Err(refused("what is stored there is not text"))
    );
}

#[cfg(all(unix, not(target_os = "macos")))]
#[test]
fn the_secret_service_says_locked_and_absent_in_its_own_words() {
    use secret_service::Error as Service;
    let failure = |error: Service| fault::of_call(&Error::PlatformFailure(Box::new(error)));
    let no_access = |error: Service| fault::of_call(&Error::NoStorageAccess(Box::new(error)));
    // Creating an entry in a locked collection comes as a failure, not as missing access.
    assert_eq!(failure(Service::Locked), SecretsError::Locked);
    assert_eq!(no_access(Service::Locked), SecretsError::Locked);
    assert_eq!(no_access(Service::Prompt), SecretsError::Locked);
    assert!(matches!(no_access(Service::NoResult), SecretsError::Absent(_)));
    assert!(matches!(failure(Service::Unavailable), SecretsError::Absent(_)));
    assert!(matches!(failure(Service::PromptDisconnected), SecretsError::Absent(_)));
    assert!(matches!(failure(Service::Crypto("x")), SecretsError::Refused(_)));
    assert!(!fault::may_be_a_lost_connection(&Error::PlatformFailure(Box::new(Service::Locked))));
}
