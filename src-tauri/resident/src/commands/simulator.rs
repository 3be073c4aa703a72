//! `simulator`: the services on loopback, for trying things out by hand.

use engine::settings::Language;
use serde_json::json;
use simulator::{Options, Simulator};

use crate::failure::Failure;
use crate::output::Out;
use crate::{runtime, words};

pub(super) fn run(port: u16, json: bool) -> Result<(), Failure> {
    runtime::block_on(async {
        let mut stop = runtime::stop_signal()?;
        let options = Options { port, ..Options::default() };
        let simulator = Simulator::start(options.clone()).await.map_err(Failure::Simulator)?;
        let mut out = Out::new();
        if json {
            out.json(&json!({
                "control_url": simulator.control_url(),
                "yclients_url": simulator.yclients_url(),
                "green_api_url": simulator.green_api_url(),
                "partner_token": options.partner_token,
                "user_token": options.user_token,
                "green_api_token": options.gateway_token,
                "instance_id": options.instance_id,
                "branches": options.branches.iter().map(|branch| branch.company_id).collect::<Vec<_>>(),
            }))?;
        } else {
            for line in words::desk::simulator(&simulator, &options, Language::Ru) {
                out.line(line)?;
            }
        }
        runtime::stopped(&mut stop).await;
        Ok(())
    })
}
