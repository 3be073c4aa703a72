//! What a shop is opened with: the simulator's options and the settings file.

use std::fmt::Write as _;
use std::path::Path;

use simulator::{Delivery, Options, Simulator};

/// The first branch of the simulator.
pub const COMPANY: i64 = 962_302;
/// The user the shop's bot writes as.
pub const BOT: i64 = 771;
/// The gateway's account, as the engine names it.
pub const INSTANCE: &str = "green-api:1103000001";
/// Long enough that none of them can appear anywhere by chance.
pub const PARTNER_TOKEN: &str = "partner-token-5f1d6c0a97";
/// See [`PARTNER_TOKEN`].
pub const USER_TOKEN: &str = "user-token-82b3e4d1c6";
/// See [`PARTNER_TOKEN`].
pub const GATEWAY_TOKEN: &str = "gateway-token-e19a7c35d8";

/// How the shop is. The default polls every 100 ms and sends after 300.
#[derive(Debug, Clone)]
pub struct Plan {
    /// The two servers.
    pub options: Options,
    /// Between two polls, in milliseconds.
    pub poll_interval_ms: u64,
    /// The window, in milliseconds.
    pub delay_ms: u64,
    /// More new ones within a minute than this wait for a person. Scenarios book faster than any
    /// desk does, so by default it is 0: however many.
    pub burst: usize,
    /// The users ticked as the bot's.
    pub bots: Vec<i64>,
    /// More lines for the head of the settings file.
    pub more: String,
}

impl Default for Plan {
    fn default() -> Self {
        let options = Options {
            partner_token: PARTNER_TOKEN.to_owned(),
            user_token: USER_TOKEN.to_owned(),
            gateway_token: GATEWAY_TOKEN.to_owned(),
            // A feed with nothing in it says so at once: what lies there is read before anything leaves.
            delivery: Delivery { empty_poll_ms: Some(100), ..Delivery::default() },
            ..Options::default()
        };
        Self { options, poll_interval_ms: 100, delay_ms: 300, burst: 0, bots: vec![BOT], more: String::new() }
    }
}

impl Plan {
    /// A window of so many milliseconds.
    pub fn with_window(delay_ms: u64) -> Self {
        Self { delay_ms, ..Self::default() }
    }

    /// Each server on a port of its own, closed while it is offline.
    #[must_use]
    pub fn on_own_ports(mut self) -> Self {
        self.options.own_ports = true;
        self
    }

    /// The settings file for these servers, as an owner would write it.
    pub fn settings(&self, simulator: &Simulator) -> String {
        let Self { poll_interval_ms, delay_ms, burst, bots, more, .. } = self;
        let (yclients, gateway) = (simulator.yclients_url(), simulator.green_api_url());
        let mut text = format!(
            "{more}
poll_interval_ms = {poll_interval_ms}
notification_delay_ms = {delay_ms}
burst = {burst}

[yclients]
base_url = \"{yclients}\"
request_gap_ms = 0

[whatsapp]
gateway = \"green-api\"
base_url = \"{gateway}\"
instance_id = \"{}\"
send_gap_ms = 0
",
            self.options.instance_id
        );
        for branch in &self.options.branches {
            let _ = write!(
                text,
                "\n[[branches]]\ncompany_id = {}\nintegration_user_ids = {bots:?}\n",
                branch.company_id
            );
        }
        text
    }

    /// Writes the settings file.
    pub fn write(&self, simulator: &Simulator, dir: &Path) {
        std::fs::write(dir.join(engine::settings::FILE_NAME), self.settings(simulator)).unwrap();
    }
}
