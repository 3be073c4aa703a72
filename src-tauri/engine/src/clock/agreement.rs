//! Which clock is right: this computer's, or the servers'. Pure.

use chrono::TimeDelta;

/// Clocks that differ by no more than this are one time. Nothing is corrected below it.
pub const AGREE_WITHIN: TimeDelta = TimeDelta::minutes(2);

/// What was corrected stays so until the clocks are this near: at the very edge a correction that
/// comes and goes would open every window anew, again and again.
const NEAR_AGAIN: TimeDelta = TimeDelta::seconds(90);

/// A correction is not changed for less: servers say whole seconds.
const WORTH_CHANGING: TimeDelta = TimeDelta::seconds(5);

/// What the servers' clocks come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Agreement {
    /// No server was heard.
    Unheard,
    /// This is to be added to the computer's clock.
    Agreed(TimeDelta),
    /// Nobody agrees with anybody.
    Disputed,
}

/// The time that two clocks of three agree on. `servers` have what each shows more than this
/// computer's clock, `corrected` what is added to that now.
pub fn agree(servers: &[TimeDelta], corrected: TimeDelta) -> Agreement {
    if servers.is_empty() {
        return Agreement::Unheard;
    }
    let one_time = |a: TimeDelta, b: TimeDelta| (a - b).abs() <= AGREE_WITHIN;
    let stays = corrected != TimeDelta::zero() && servers.iter().any(|server| one_time(*server, corrected));
    let near =
        |server: TimeDelta| if stays { server.abs() <= NEAR_AGAIN } else { server.abs() <= AGREE_WITHIN };
    if servers.iter().any(|server| near(*server)) {
        return Agreement::Agreed(TimeDelta::zero());
    }
    let pair = servers.iter().enumerate().find_map(|(index, first)| {
        servers.iter().skip(index + 1).any(|second| one_time(*first, *second)).then_some(*first)
    });
    match pair {
        // Between the two edges one server and the corrected clock are two that agree.
        None if stays && servers.iter().any(|server| server.abs() <= AGREE_WITHIN) => {
            Agreement::Agreed(corrected)
        }
        Some(shown) if (shown - corrected).abs() <= WORTH_CHANGING => Agreement::Agreed(corrected),
        Some(shown) => Agreement::Agreed(shown),
        None => Agreement::Disputed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(servers: &[i64], corrected: i64) -> Agreement {
        let seconds: Vec<_> = servers.iter().map(|seconds| TimeDelta::seconds(*seconds)).collect();
        agree(&seconds, TimeDelta::seconds(corrected))
    }

    fn agreed(seconds: i64) -> Agreement {
        Agreement::Agreed(TimeDelta::seconds(seconds))
    }

    #[test]
    fn a_server_that_shows_what_the_computer_shows_settles_it() {
        assert_eq!(judged(&[], 0), Agreement::Unheard);
        assert_eq!(judged(&[1], 0), agreed(0));
        assert_eq!(judged(&[-119], 0), agreed(0));
        assert_eq!(
            judged(&[3900, 2], 0),
            agreed(0),
            "YClients is wrong, the gateway and the computer are not"
        );
    }

    #[test]
    fn two_servers_against_the_computer_are_right() {
        assert_eq!(judged(&[3900, 3901], 0), agreed(3900));
        assert_eq!(judged(&[-172_800, -172_790], 0), agreed(-172_800));
        assert_eq!(judged(&[3903, 3901], 3900), agreed(3900), "whole seconds are no change");
        assert_eq!(judged(&[3960, 3961], 3900), agreed(3960));
    }

    #[test]
    fn nobody_is_believed_alone() {
        assert_eq!(judged(&[3900], 0), Agreement::Disputed);
        assert_eq!(judged(&[3900, -3900], 0), Agreement::Disputed);
        assert_eq!(judged(&[3900], 7200), Agreement::Disputed, "what was right before a jump is no witness");
    }

    #[test]
    fn at_the_edge_of_two_minutes_it_does_not_come_and_go() {
        assert_eq!(judged(&[121, 121], 0), agreed(121));
        assert_eq!(judged(&[119, 119], 121), agreed(121));
        assert_eq!(judged(&[91], 121), agreed(121));
        assert_eq!(judged(&[89, 121], 121), agreed(0));
    }
}
