//! A loop that panics: it alone begins anew, and what is due is told once, on time or before a person.

use tokio::test;

use super::state_of;
use crate::booking::CompanyId;
use crate::error::{FaultCode, Subject};
use crate::fakes::{COMPANY, Shop};
use crate::notification::{Reason, State};
use crate::settings::BranchSettings;
use crate::supervision::Part;

fn alarms(shop: &Shop) -> Vec<(Subject, FaultCode)> {
    shop.desktop.alarms.lock().unwrap().iter().map(|fault| (fault.subject, fault.code)).collect()
}

fn stumbled(part: Part) -> (Subject, FaultCode) {
    (Subject::Program(part), FaultCode::PartStumbled)
}

#[test(start_paused = true)]
async fn a_panic_between_claim_and_record_makes_that_message_unknown_and_no_other() {
    let shop = Shop::new();
    shop.baseline().await;
    shop.book(1);
    shop.book(2);
    shop.messenger.while_it_connects(|| panic!("in the middle of a send"));
    shop.open(async {
        shop.pass(100).await;
        assert_eq!(shop.messenger.phones(), ["+79160000002"], "the other one left, on time");
        assert!(shop.about(2).state.is_sent());
        assert_eq!(shop.about(1).state, State::Unknown);
        assert_eq!(alarms(&shop), [stumbled(Part::Sending)]);
        shop.pass(1800).await;
    })
    .await;
    assert_eq!(shop.messenger.phones(), ["+79160000002"], "an unknown one is never sent again by itself");
    assert_eq!(state_of(&shop, 1), (State::Unknown, Reason::NotFound));
    assert_eq!(alarms(&shop).len(), 1);
    assert!(shop.desktop.cleared.lock().unwrap().contains(&Subject::Program(Part::Sending)));
    assert!(shop.outbox.stumbles().unwrap().is_empty());
}

#[test(start_paused = true)]
async fn a_panic_before_the_claim_costs_nothing_but_a_second() {
    let shop = Shop::new();
    shop.baseline().await;
    shop.book(1);
    shop.messenger.while_it_checks(|| panic!("while the number is asked for"));
    shop.open(shop.pass(100)).await;
    assert_eq!(shop.messenger.phones(), ["+79160000001"]);
    assert!(shop.about(1).state.is_sent());
    assert_eq!(alarms(&shop), [stumbled(Part::Sending)]);
}

#[test(start_paused = true)]
async fn a_branch_whose_polls_panic_again_and_again_holds_up_no_other_and_is_read_once_it_can_be() {
    let mut shop = Shop::polled_every(5);
    let other = CompanyId(962_303);
    shop.settings.branches.push(BranchSettings::new(other));
    shop.baseline().await;
    shop.book(1);
    shop.book_with(2, |booking| booking.company = other);
    *shop.bookings.panics.lock().unwrap() = (Some(COMPANY), 7);
    shop.open(async {
        shop.pass(60).await;
        assert_eq!(shop.messenger.phones(), ["+79160000002"], "the other branch was read all along");
        assert_eq!(alarms(&shop), [stumbled(Part::Branch(COMPANY))]);
        let stumble = shop.outbox.stumbles().unwrap().remove(0);
        assert_eq!(stumble.part, Part::Branch(COMPANY));
        shop.pass(400).await;
    })
    .await;
    assert_eq!(shop.messenger.phones(), ["+79160000002", "+79160000001"]);
    assert_eq!(alarms(&shop).len(), 1);
    assert!(shop.outbox.stumbles().unwrap().is_empty());
}

#[test(start_paused = true)]
async fn a_stop_while_sending_is_down_ends_at_once_and_leaves_nothing_as_if_it_were_sending() {
    let shop = Shop::new();
    shop.baseline().await;
    shop.book(1);
    shop.messenger.while_it_connects(|| panic!("in the middle of a send"));
    shop.open(async {
        while alarms(&shop).is_empty() {
            shop.pass(1).await;
        }
    })
    .await;
    shop.open(shop.pass(60)).await;
    assert_eq!(shop.about(1).state, State::Unknown);
    assert!(shop.messenger.phones().is_empty());
}
