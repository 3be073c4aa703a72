//! English.

use super::Explanation;
use crate::error::FaultCode;

const NOT_SEEN: &str = "New bookings are not seen for now. They will all be found once the connection is back; what is late will wait for your decision.";
const STOPPED: &str = "Polling of this branch has stopped: new bookings are not seen and their clients are not written to. The program tries again by itself every half hour, after a day every six hours.";
const NOT_SENT: &str =
    "Messages wait in the queue and none is lost. What is late will wait for your decision.";
const NO_KEYS: &str =
    "Without its tokens the program sees no bookings and sends no messages. The queue is kept.";
const NOT_WRITTEN: &str =
    "Nothing is sent: what cannot be recorded is not done, so that no client is written to twice.";
const MAY_BE_TOLD: &str = "Which clients have been told since is unknown. So nothing is read or sent, and what was queued waits for your word.";
const BEGIN_ANEW: &str =
    "Make sure that no other computer runs the program for this shop, then run: booking-monitor begin-anew";

#[expect(clippy::too_many_lines, reason = "one paragraph a fault")]
pub(super) const fn fault(code: FaultCode) -> Explanation {
    match code {
        FaultCode::YclientsOffline => Explanation {
            what: "YClients does not answer.",
            means: NOT_SEEN,
            do_next: "Check this computer's internet connection. If it works, wait: the program keeps trying.",
        },
        FaultCode::YclientsPartnerToken => Explanation {
            what: "YClients does not accept the partner token.",
            means: STOPPED,
            do_next: "Copy the token from your developer account at developers.yclients.com and store it: booking-monitor secret set yclients.partner-token",
        },
        FaultCode::YclientsUserToken => Explanation {
            what: "YClients does not accept the user token. This happens when the user's password was changed.",
            means: STOPPED,
            do_next: "Get a new user token from YClients (it changes with the password) and store it: booking-monitor secret set yclients.user-token",
        },
        FaultCode::YclientsRights => Explanation {
            what: "YClients does not let the program see this branch.",
            means: STOPPED,
            do_next: "In YClients connect the application to the branch and give its user access to the appointment journal and to clients' phones. Then run: booking-monitor check",
        },
        FaultCode::YclientsBranchUnknown => Explanation {
            what: "YClients does not know this branch.",
            means: NOT_SEEN,
            do_next: "Compare company_id in settings.toml with the one in the address of its page in YClients.",
        },
        FaultCode::YclientsRateLimited => Explanation {
            what: "YClients asks for fewer requests.",
            means: "New bookings will show up a little later.",
            do_next: "Nothing needs doing. If it happens every day, poll less often: another program probably shares your connection.",
        },
        FaultCode::YclientsOutOfOrder => Explanation {
            what: "YClients is having trouble.",
            means: NOT_SEEN,
            do_next: "Wait: the program keeps trying.",
        },
        FaultCode::YclientsIntercepted => Explanation {
            what: "Something in between answered in place of YClients: a firewall, a proxy or a VPN.",
            means: NOT_SEEN,
            do_next: "Wait: the program keeps trying, and it usually passes. If it does not, turn VPN and proxy off, or ask whoever runs the network to let the program reach YClients.",
        },
        FaultCode::YclientsRefused => Explanation {
            what: "YClients refused the program's request.",
            means: NOT_SEEN,
            do_next: "Poll again: booking-monitor poll. If it is refused again, show the details below to whoever set the program up.",
        },
        FaultCode::YclientsUnreadable => Explanation {
            what: "The answer from YClients could not be read.",
            means: "Nothing is decided on such an answer: no booking counts as new or as deleted.",
            do_next: "Wait. If it does not pass, check whether a proxy, an antivirus or a Wi-Fi sign-in page comes between.",
        },
        FaultCode::ClockWrong => Explanation {
            what: "The secure connection failed: this computer's date seems to be wrong.",
            means: NOT_SEEN,
            do_next: "Check date and time and let them be set from the internet. If the date is right, check the antivirus: it may have replaced the certificate.",
        },
        FaultCode::ClockCorrected => Explanation {
            what: "This computer's clock is wrong; YClients and the gateway agree on another time.",
            means: "The program works by their time. Messages leave as they should.",
            do_next: "Check date, time and time zone of the computer and let them be set from the internet.",
        },
        FaultCode::ClockDisputed => Explanation {
            what: "It is not known what time it is: this computer's clock and the servers' do not agree.",
            means: "Nothing is sent and nothing is decided until two of them agree.",
            do_next: "Check date, time and time zone of the computer and let them be set from the internet.",
        },
        FaultCode::TimeZoneUnknown => Explanation {
            what: "The branch's time zone is unknown.",
            means: "The program writes no client a time it is not sure of: this branch stands still.",
            do_next: "Set the time zone in the branch's settings in YClients and poll again: booking-monitor poll",
        },
        FaultCode::GatewayOffline => Explanation {
            what: "The WhatsApp gateway does not answer.",
            means: NOT_SENT,
            do_next: "Check this computer's internet connection. If it works, wait: the program keeps trying.",
        },
        FaultCode::GatewayToken => Explanation {
            what: "The gateway does not accept the token.",
            means: NOT_SENT,
            do_next: "Copy apiTokenInstance from console.green-api.com and store it: booking-monitor secret set green-api.token",
        },
        FaultCode::GatewayInstance => Explanation {
            what: "The gateway does not know this instance.",
            means: NOT_SENT,
            do_next: "Compare instance_id and base_url under [whatsapp] in settings.toml with console.green-api.com.",
        },
        FaultCode::GatewayStarting => Explanation {
            what: "The gateway is starting.",
            means: "Messages wait, usually for no more than five minutes.",
            do_next: "Nothing needs doing.",
        },
        FaultCode::GatewayNotLinked => Explanation {
            what: "The shop's phone is not linked to the gateway.",
            means: NOT_SENT,
            do_next: "Open console.green-api.com and scan the QR code with the shop's phone: WhatsApp → Linked devices.",
        },
        FaultCode::GatewayExpired => Explanation {
            what: "The gateway's subscription has ended.",
            means: NOT_SENT,
            do_next: "Renew the instance at console.green-api.com. Better call the clients who come today.",
        },
        FaultCode::GatewayRestricted => Explanation {
            what: "WhatsApp restricts the shop's number: it took its messages for unwanted ones.",
            means: "No message leaves, and each new attempt may prolong the restriction, so the program stands still.",
            do_next: "WhatsApp on the shop's phone shows how long it lasts. Call the clients who come today.",
        },
        FaultCode::GatewayRateLimited => Explanation {
            what: "The gateway asks for fewer requests.",
            means: "Messages leave a little later.",
            do_next: "Nothing needs doing. If it keeps happening, raise send_gap_ms under [whatsapp] in settings.toml.",
        },
        FaultCode::GatewayQuota => Explanation {
            what: "This month's messages of your plan are used up.",
            means: NOT_SENT,
            do_next: "Change the plan at console.green-api.com. Better call the clients who come today.",
        },
        FaultCode::GatewayCheckLimit => Explanation {
            what: "The number checks of your plan are used up.",
            means: "Whether a new client has WhatsApp cannot be found out beforehand: messages go unchecked.",
            do_next: "Look at what is delivered. The plan is changed at console.green-api.com.",
        },
        FaultCode::GatewayWebhookSet => Explanation {
            what: "The gateway reports deliveries to another address and not to this program.",
            means: "Messages leave, but whether they arrive is not seen here.",
            do_next: "Clear the instance's webhookUrl at console.green-api.com. If another program needs it, give that one an instance of its own.",
        },
        FaultCode::GatewayQueueLeft => Explanation {
            what: "Messages from before lie in the gateway's queue.",
            means: "From a new number they look like bulk mail, and WhatsApp may restrict it. While they lie there the program sends nothing through this instance.",
            do_next: "Look at them: booking-monitor gateway queue. Throw away what nobody needs: booking-monitor gateway clear. Once the queue is empty the program goes on by itself.",
        },
        FaultCode::GatewayNotCleared => Explanation {
            what: "The gateway did not clear its queue.",
            means: "The messages in it lie there still, and leave when a phone is linked.",
            do_next: "Wait a minute and clear it again. If it refuses once more, clear it at console.green-api.com, and link the phone only after that.",
        },
        FaultCode::GatewaySettings => Explanation {
            what: "Settings of the WhatsApp account are not as they must be.",
            means: "Messages leave, but what becomes of them, or the answer \"stop\", is not seen here.",
            do_next: "Press \"Switch on\" in the window, or run the command; the account restarts for up to five minutes: booking-monitor check --fix",
        },
        FaultCode::GatewayOutOfOrder => Explanation {
            what: "The gateway is having trouble.",
            means: NOT_SENT,
            do_next: "Wait: the program keeps trying.",
        },
        FaultCode::GatewayRefused => Explanation {
            what: "The gateway refused a message.",
            means: "This client does not get it. The others leave as usual.",
            do_next: "Find it in the queue, correct the text or the number and send it again. Or call the client.",
        },
        FaultCode::AnotherMonitor => Explanation {
            what: "Another Booking Monitor works for this shop.",
            means: "Nothing is sent from here, or clients would get everything twice.",
            do_next: "Stop the other one, on another computer or in another folder. If this one is to write, take over.",
        },
        FaultCode::GatewayManyFirstContacts => Explanation {
            what: "Twenty numbers were written to for the first time today.",
            means: "Messages go out as ever. But WhatsApp restricts accounts that write to many strangers.",
            do_next: "If the shop's number was linked only lately, send the rest later or tomorrow: booking-monitor pause",
        },
        FaultCode::SecretMissing => Explanation {
            what: "Not all tokens have been entered.",
            means: NO_KEYS,
            do_next: "The partner token is at developers.yclients.com, the WhatsApp token (apiTokenInstance) at console.green-api.com. Store them: booking-monitor secret set NAME; booking-monitor secret list shows the names",
        },
        FaultCode::KeyringLocked => Explanation {
            what: "This computer's keyring is locked.",
            means: NO_KEYS,
            do_next: "Unlock it: signing out and in again with your password is usually enough. Then run: booking-monitor check",
        },
        FaultCode::KeyringAbsent => Explanation {
            what: "This computer has no keyring.",
            means: "There is no place for the tokens, and the program does not keep them in a plain file. So it cannot work.",
            do_next: "On Linux install gnome-keyring or KWallet and sign in again. Windows and macOS always have one: restart the computer.",
        },
        FaultCode::KeyringTimedOut => Explanation {
            what: "The keyring does not answer.",
            means: NO_KEYS,
            do_next: "See whether the system asks for a password in a window of its own. If not, sign out and in again.",
        },
        FaultCode::KeyringNotKept => Explanation {
            what: "The keyring does not keep what is stored in it.",
            means: NO_KEYS,
            do_next: "Check that you are signed in as yourself and that the keyring works: gnome-keyring, KWallet, Credential Manager or Keychain.",
        },
        FaultCode::KeyringAmbiguous => Explanation {
            what: "The keyring holds several entries of one name.",
            means: NO_KEYS,
            do_next: "Open the keyring's own program (Passwords and Keys, KWallet, Keychain), find booking-monitor and delete all entries of that name. Then enter the token anew in the settings.",
        },
        FaultCode::KeyringRefused => Explanation {
            what: "The keyring refused.",
            means: NO_KEYS,
            do_next: "Run: booking-monitor check. If it refuses again, store the tokens anew; the details below say why.",
        },
        FaultCode::StorageFull => Explanation {
            what: "The disk is full.",
            means: NOT_WRITTEN,
            do_next: "Free some space on the disk. The program goes on by itself.",
        },
        FaultCode::StorageReadOnly => Explanation {
            what: "The program's folder cannot be written to.",
            means: NOT_WRITTEN,
            do_next: "Give your account the right to write to the data folder again; the details below say where it is.",
        },
        FaultCode::StorageBusy => Explanation {
            what: "Another program holds the database.",
            means: NOT_WRITTEN,
            do_next: "Close what has opened the data folder: an antivirus, a backup, a cloud drive. The program goes on by itself.",
        },
        FaultCode::StorageCorrupt => Explanation {
            what: "The database is damaged.",
            means: NOT_WRITTEN,
            do_next: "Delete nothing: the file shows what has been sent already. Copy it and ask whoever set the program up.",
        },
        FaultCode::StorageNewer => Explanation {
            what: "The database was made by a newer version of the program.",
            means: NOT_WRITTEN,
            do_next: "Install the latest version of the program.",
        },
        FaultCode::StorageFailed => Explanation {
            what: "The database could not be read or written.",
            means: NOT_WRITTEN,
            do_next: "Restart the program. If it happens again, check the disk; the details below say why.",
        },
        FaultCode::StorageRestored => Explanation {
            what: "An older copy of the database was put back.",
            means: MAY_BE_TOLD,
            do_next: BEGIN_ANEW,
        },
        FaultCode::StorageCopied => Explanation {
            what: "The database comes from another computer.",
            means: MAY_BE_TOLD,
            do_next: BEGIN_ANEW,
        },
        FaultCode::PartStumbled => Explanation {
            what: "The program met a fault of its own: one of its parts stopped and began anew.",
            means: "The other parts work on. A message that was just leaving stands in the queue with an unknown outcome; it does not leave a second time by itself.",
            do_next: "Nothing needs doing. If it happens again and again, show the program's log to whoever set it up.",
        },
        FaultCode::StorageUnfamiliar => Explanation {
            what: "This computer's keyring does not know the database: it was moved, copied or restored.",
            means: MAY_BE_TOLD,
            do_next: BEGIN_ANEW,
        },
    }
}
