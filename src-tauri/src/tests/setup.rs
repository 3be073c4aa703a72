use engine::outbox::RequestKind;
use engine::ports::{Messenger as _, Permit, SecretName, Secrets as _, SendOutcome};
use messaging::green_api::{self, GreenApi};
use secrecy::ExposeSecret as _;
use simulator::{Fault, FaultKind, NewBooking, NumberPlan, Options, Outcome, Simulator, Target};

use super::{COMPANY, Shop};
use crate::commands::gateway::{gateway_check, gateway_clear, gateway_mend, gateway_qr, take_over};
use crate::commands::setup::{
    secret_remove, secret_set, secrets, yclients_branches, yclients_login, yclients_rights, yclients_users,
};
use crate::commands::training::{training, training_act};
use crate::contract::{ErrorCode, LoginAnswer, LoginCode, QrAnswer, TrainingAct, Visitor};
use crate::session::Session;
use crate::training::Training;

async fn simulator() -> Simulator {
    let _ = rustls::crypto::ring::default_provider().install_default();
    Simulator::start(Options::default()).await.unwrap()
}

fn shop(simulator: &Simulator) -> Shop {
    Shop::with(&format!(
        "[yclients]\nbase_url = \"{}\"\nrequest_gap_ms = 0\n[whatsapp]\nbase_url = \"{}\"\ninstance_id = \"1103000001\"\n\
         [[branches]]\ncompany_id = {COMPANY}\nintegration_user_ids = [771]\n",
        simulator.yclients_url(),
        simulator.green_api_url()
    ))
}

async fn stored(shop: &Shop, name: SecretName) -> Option<String> {
    shop.secrets.get(name).await.unwrap().map(|value| value.expose_secret().to_owned())
}

#[tokio::test]
async fn a_secret_is_tried_before_it_is_stored_and_the_old_one_kept_when_refused() {
    let simulator = simulator().await;
    let shop = shop(&simulator);
    let session = &shop.session;
    let failure = secret_set(session, SecretName::YclientsUserToken, "user".into()).await.unwrap_err();
    assert_eq!((failure.code, failure.field.as_str()), (ErrorCode::NotSetUp, "yclients.partner-token"));
    for (name, good) in [
        (SecretName::YclientsPartnerToken, " partner\n"),
        (SecretName::YclientsUserToken, "user"),
        (SecretName::GreenApiToken, "green-token"),
    ] {
        secret_set(session, name, good.into()).await.unwrap();
        let failure = secret_set(session, name, "wrong-one".into()).await.unwrap_err();
        assert_eq!((failure.code, failure.field.as_str()), (ErrorCode::SecretRejected, name.as_str()));
        assert!(!format!("{failure:?}").contains("wrong-one"), "a secret is not repeated");
        assert_eq!(stored(&shop, name).await.as_deref(), Some(good.trim()), "the old one is kept");
        assert_eq!(secret_set(session, name, "  ".into()).await.unwrap_err().code, ErrorCode::SecretRejected);
    }
    let seen = secrets(session).await.unwrap();
    assert!(
        seen.stored.yclients_partner_token && seen.stored.yclients_user_token && seen.stored.green_api_token
    );
    let kinds: Vec<_> = session.outbox.asked().unwrap().iter().map(|request| request.kind).collect();
    assert_eq!(kinds, [RequestKind::SecretChanged; 3]);
    let left = secret_remove(session, SecretName::GreenApiToken).await.unwrap();
    assert!(!left.stored.green_api_token);
}

#[tokio::test]
async fn while_a_service_does_not_answer_nothing_is_stored() {
    let simulator = simulator().await;
    let shop = shop(&simulator);
    simulator.set_fault(Fault::always(Target::default(), FaultKind::CutBefore));
    for (name, code) in [
        (SecretName::YclientsPartnerToken, ErrorCode::Yclients),
        (SecretName::GreenApiToken, ErrorCode::Gateway),
    ] {
        let failure = secret_set(&shop.session, name, "token".into()).await.unwrap_err();
        assert_eq!(failure.code, code, "{failure:?}");
        assert_eq!(stored(&shop, name).await, None);
    }
}

#[tokio::test]
async fn a_login_with_its_second_step_brings_the_user_token() {
    let simulator = {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let behaviour = simulator::Behaviour { two_factor: true, ..simulator::Behaviour::default() };
        Simulator::start(Options { yclients: behaviour, ..Options::default() }).await.unwrap()
    };
    let shop = shop(&simulator);
    let session = &shop.session;
    let login = "79990000001";
    secret_set(session, SecretName::YclientsPartnerToken, "partner".into()).await.unwrap();
    let failure = yclients_login(session, login, "wrong".into(), None).await.unwrap_err();
    assert_eq!((failure.code, failure.field.as_str()), (ErrorCode::SecretRejected, "password"));
    let answer = yclients_login(session, login, "password".into(), None).await.unwrap();
    let LoginAnswer::Code { uuid, .. } = answer else { panic!("no code was asked for") };
    let code = |secret: &str| Some(LoginCode { uuid: uuid.clone(), secret: secret.to_owned() });
    let failure = yclients_login(session, login, "password".into(), code("111111")).await.unwrap_err();
    assert_eq!((failure.code, failure.field.as_str()), (ErrorCode::SecondFactor, "code"));
    assert_eq!(stored(&shop, SecretName::YclientsUserToken).await, None);
    let done = yclients_login(session, login, "password".into(), code("000000")).await.unwrap();
    assert_eq!(done, LoginAnswer::Done);
    assert_eq!(stored(&shop, SecretName::YclientsUserToken).await.as_deref(), Some("user"));
}

async fn with_tokens(simulator: &Simulator) -> Shop {
    let shop = shop(simulator);
    for (name, value) in [
        (SecretName::YclientsPartnerToken, "partner"),
        (SecretName::YclientsUserToken, "user"),
        (SecretName::GreenApiToken, "green-token"),
    ] {
        shop.secrets.set(name, value.into()).await.unwrap();
    }
    shop
}

#[tokio::test]
async fn branches_users_and_missing_rights_come_from_yclients() {
    let simulator = simulator().await;
    let shop = with_tokens(&simulator).await;
    let session = &shop.session;
    let branches = yclients_branches(session).await.unwrap();
    assert_eq!((branches[0].company_id, branches[0].chosen), (COMPANY, true));
    let users = yclients_users(session, COMPANY).await.unwrap();
    let bots: Vec<_> = users.iter().filter(|user| user.bot).map(|user| user.id).collect();
    assert_eq!(bots, [771]);
    let company = engine::booking::CompanyId(COMPANY);
    assert_eq!(session.outbox.user_name(company, 501).unwrap().as_deref(), Some("Ольга, администратор"));
    assert_eq!(yclients_rights(session, COMPANY).await.unwrap(), []);
    simulator.set_rights(COMPANY, simulator::Rights { phones_access: false, ..simulator::Rights::default() });
    let missing = yclients_rights(session, COMPANY).await.unwrap();
    assert_eq!(missing[0].code, "phones");
    assert!(missing[0].message.contains("YClients → Настройки"), "{}", missing[0].message);
}

#[tokio::test]
async fn the_gateway_is_looked_at_mended_and_linked() {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let simulator = Simulator::start(Options { fresh_instance: true, ..Options::default() }).await.unwrap();
    let shop = with_tokens(&simulator).await;
    let seen = gateway_check(&shop.session).await.unwrap();
    assert!(!seen.ready && seen.missing.len() >= 3, "{seen:?}");
    gateway_mend(&shop.session).await.unwrap();
    simulator.set_gateway_state("authorized");
    let mended = gateway_check(&shop.session).await.unwrap();
    assert_eq!((mended.ready, mended.missing.len(), mended.phone.as_str()), (true, 0, "+7 999 000-00-00"));
    assert_eq!(gateway_qr(&shop.session).await.unwrap(), QrAnswer::Linked);
    simulator.set_gateway_state("notAuthorized");
    assert!(matches!(gateway_qr(&shop.session).await.unwrap(), QrAnswer::Code { .. }));
    let unlinked = gateway_check(&shop.session).await.unwrap();
    assert_eq!((unlinked.state.as_str(), unlinked.ready), ("not_authorised", false));
}

#[tokio::test]
async fn the_second_installation_of_a_shop_is_told_at_its_set_up_and_takes_over_by_a_person_s_word() {
    let simulator = simulator().await;
    let first = with_tokens(&simulator).await;
    gateway_mend(&first.session).await.unwrap();
    assert_eq!(gateway_check(&first.session).await.unwrap().another, "", "the mark is its own");

    let second = with_tokens(&simulator).await;
    let told = gateway_check(&second.session).await.unwrap();
    assert!(told.another.contains("ещё один Booking Monitor"), "{told:?}");
    assert!(second.session.outbox.desk().unwrap().rival.is_some(), "and nothing is sent from here");
    // Mending its settings is no word on who writes.
    assert_ne!(gateway_mend(&second.session).await.unwrap().another, "");
    assert_eq!(gateway_check(&first.session).await.unwrap().another, "");

    take_over(&second.session).await.unwrap();
    assert_eq!(gateway_check(&second.session).await.unwrap().another, "");
    assert_ne!(
        gateway_check(&first.session).await.unwrap().another,
        "",
        "now it is the first's turn to be told"
    );
}

#[tokio::test]
async fn no_phone_is_linked_over_messages_that_still_lie_in_the_gateway_s_queue() {
    let simulator = simulator().await;
    let shop = with_tokens(&simulator).await;
    let number = "+79160000001";
    simulator.set_number(number, NumberPlan::outcome(Outcome::Queued));
    let token = stored(&shop, SecretName::GreenApiToken).await.unwrap();
    let config = green_api::Config::new(simulator.green_api_url(), "1103000001".to_owned());
    let other = GreenApi::new(&config, token.into()).unwrap();
    assert!(matches!(other.send(number, "Скидки", &Permit::endless()).await, SendOutcome::Accepted { .. }));
    simulator.set_gateway_state("notAuthorized");

    let refused = gateway_qr(&shop.session).await.unwrap_err();
    assert_eq!((refused.code, refused.field.as_str()), (ErrorCode::Gateway, "gateway_queue"));
    assert!(refused.message.contains("В очереди сервиса отправки лежат"), "{}", refused.message);
    assert_eq!(gateway_clear(&shop.session).await.unwrap(), 1);
    assert!(matches!(gateway_qr(&shop.session).await.unwrap(), QrAnswer::Code { .. }));
}

#[tokio::test]
async fn the_training_s_panel_moves_the_simulator_and_touches_no_real_secret() {
    let simulator = simulator().await;
    let real = shop(&simulator);
    assert_eq!(training(&real.session).await.unwrap_err().code, ErrorCode::NotNow);
    assert!(Training::new("http://example.com/").is_err(), "only this computer");

    let control = Training::new(&simulator.control_url()).unwrap();
    let session = Session::open(real.dir.path(), Some(control)).unwrap();
    let refused = secret_set(&session, SecretName::GreenApiToken, "x".into()).await.unwrap_err();
    assert!(refused.message.contains("учебный режим"), "{}", refused.message);
    for who in [Visitor::New, Visitor::SameClient, Visitor::TwoServices, Visitor::NoPhone, Visitor::Online] {
        training_act(&session, TrainingAct::Book { who }).await.unwrap();
    }
    let bookings = simulator.bookings();
    assert_eq!(bookings.len(), 5);
    assert_eq!(bookings[0].client, bookings[1].client);
    assert!(bookings[4].online && bookings[3].client.as_ref().unwrap().phone.is_empty());
    training_act(&session, TrainingAct::Move).await.unwrap();
    assert_ne!(simulator.bookings()[4].start, bookings[4].start);
    training_act(&session, TrainingAct::Cancel).await.unwrap();
    training_act(&session, TrainingAct::Delete).await.unwrap();
    assert_eq!((simulator.bookings()[4].attendance, simulator.bookings()[3].deleted), (-1, true));
    let off = training_act(&session, TrainingAct::YclientsOffline { on: true }).await.unwrap();
    assert!(off.yclients_offline && !off.gateway_offline);
    let unlinked = training_act(&session, TrainingAct::UnlinkPhone { on: true }).await.unwrap();
    assert!(unlinked.unlinked && unlinked.bookings.len() == 5);
    training_act(&session, TrainingAct::LoseNextAnswer).await.unwrap();
    assert!(!training_act(&session, TrainingAct::Auto { on: false }).await.unwrap().auto);
    let _ = simulator.book(NewBooking::default());
}
