//! What happens to every request before and after its handler: the log, the faults, the `Date`.

use std::time::Duration;

use axum::body::HttpBody;
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::DATE;
use axum::http::{HeaderValue, Uri};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::{Connection, sabotage};
use crate::clock::http_date;
use crate::faults::{FaultKind, Place, Plan, Side};
use crate::world::Shared;

/// Wraps every request of every port.
pub(crate) async fn observe(
    State(shared): State<Shared>,
    ConnectInfo(connection): ConnectInfo<Connection>,
    request: Request,
    next: Next,
) -> Response {
    let mut response = match place_of(request.uri()) {
        Some(place) => serve(&shared, &connection, &place, request, next).await,
        None => next.run(request).await,
    };
    let now = shared.read(|world| world.clock.now());
    if let Ok(date) = HeaderValue::from_str(&http_date(now)) {
        response.headers_mut().insert(DATE, date);
    }
    response
}

async fn serve(
    shared: &Shared,
    connection: &Connection,
    place: &Place,
    mut request: Request,
    next: Next,
) -> Response {
    let (number, plan, offline) = shared.change(|world| {
        let query = request.uri().query().unwrap_or_default();
        let number = world.log.begin(place, request.method().as_str(), query, world.clock.now());
        let offline = world.is_offline(place.side);
        let plan = if offline { Plan::default() } else { world.faults.take(place) };
        (number, plan, offline)
    });
    if offline {
        connection.cut_after(0);
        return ().into_response();
    }
    wait(plan.delay_ms).await;
    request.extensions_mut().insert(plan.quirks.clone());
    let (response, cut) = match plan.answer {
        None => (next.run(request).await, false),
        Some(fault) => {
            let cut = matches!(
                fault,
                FaultKind::CutBefore | FaultKind::CutAfter | FaultKind::Hang | FaultKind::HangAfter
            );
            (sabotage::answer(shared, connection, place, &fault, request, next).await, cut)
        }
    };
    wait(plan.answer_delay_ms).await;
    if !cut {
        let bytes = response.body().size_hint().exact().unwrap_or_default();
        shared.change(|world| world.log.finish(number, response.status().as_u16(), bytes));
    }
    response
}

async fn wait(milliseconds: u64) {
    if milliseconds > 0 {
        tokio::time::sleep(Duration::from_millis(milliseconds)).await;
    }
}

/// Names the request; none for the control page and API, which nothing must disturb.
fn place_of(uri: &Uri) -> Option<Place> {
    let path = uri.path();
    if let Some(rest) = path.strip_prefix("/waInstance") {
        let mut parts = rest.split('/');
        let instance = parts.next().unwrap_or_default();
        let endpoint = parts.next().unwrap_or_default().to_owned();
        let _token = parts.next();
        let mut shown = format!("/waInstance{instance}/{endpoint}");
        for part in parts {
            shown.push('/');
            shown.push_str(part);
        }
        return Some(Place { side: Side::Gateway, endpoint, company_id: None, record_id: None, path: shown });
    }
    let parts: Vec<&str> = path.strip_prefix("/api/v1/")?.split('/').collect();
    let (endpoint, company) = match parts.as_slice() {
        ["company", id, "users", ..] => ("users", Some(*id)),
        ["user", "permissions", id, ..] => ("permissions", Some(*id)),
        [name, id, ..] => (*name, Some(*id)),
        [name] => (*name, None),
        [] => ("", None),
    };
    let record = match parts.as_slice() {
        ["record", _, id, ..] => id.parse().ok(),
        _ => None,
    };
    Some(Place {
        side: Side::Yclients,
        endpoint: endpoint.to_owned(),
        company_id: company.and_then(|id| id.parse().ok()),
        record_id: record,
        path: path.to_owned(),
    })
}
