//! `/orders`: what the parties of an order do to it, and what they see. To everybody else there is no such order.

use crate::callers::{At, Signed};
use crate::door::Door;
use crate::refusals::{Refused, told};
use axum::Json;
use axum::extract::State;
use tacit_flows::OrderSeen;
use tacit_values::{OrderId, Timestamp};
use tacit_wire::Problem;
use tacit_wire::bodies::orders::{EvidenceView, OrderAct, OrderView};

/// An agreement with every optional part stays below.
const LONGEST_ACT: usize = 128 << 10;

fn view(id: OrderId, seen: OrderSeen, market_time: Timestamp) -> Json<OrderView> {
    let evidence = seen.evidence.map(|evidence| EvidenceView {
        receipt: evidence.receipt,
        outcome: evidence.outcome,
        log: evidence.log,
        market: evidence.market,
    });
    let wait = seen.retry_after.map(|wait| u64::try_from(wait.as_millis()).unwrap_or(u64::MAX));
    Json(OrderView { id, order: seen.order, market_time, evidence, retry_after_ms: wait })
}

/// An order, for its parties.
#[utoipa::path(get, path = "/orders/{id}", tag = "orders", params(("id" = String, Path, description = "ord_...")),
    responses((status = 200, body = OrderView), (status = "4XX", body = Problem, content_type = "application/problem+json")),
    security(("persona" = [])))]
pub(crate) async fn get(
    State(door): State<Door>,
    At(id): At<OrderId>,
    signed: Signed<0>,
) -> Result<Json<OrderView>, Refused> {
    let seen = door.market().order(signed.persona, id).await.map_err(told)?;
    Ok(view(id, seen, door.market().now()))
}

/// Place, accept, refuse, state or close an order. The same again changes nothing and answers as the first time.
#[utoipa::path(put, path = "/orders/{id}", tag = "orders", request_body = OrderAct,
    params(("id" = String, Path, description = "ord_..., chosen by the buyer")),
    responses((status = 200, body = OrderView), (status = "4XX", body = Problem, content_type = "application/problem+json")),
    security(("persona" = [])))]
pub(crate) async fn put(
    State(door): State<Door>,
    At(id): At<OrderId>,
    signed: Signed<LONGEST_ACT>,
) -> Result<Json<OrderView>, Refused> {
    let (market, persona) = (door.market(), signed.persona);
    let seen = match signed.json::<OrderAct>()? {
        OrderAct::Place { request } if request.order != id => {
            return Err(Refused::malformed("the address names another order than the body"));
        }
        OrderAct::Place { request } => market.place_order(persona, *request).await,
        OrderAct::Accept { accepted, receipt } => market.accept_order(persona, id, *accepted, receipt).await,
        OrderAct::Refuse { refusal } => market.refuse_order(persona, id, refusal).await,
        OrderAct::State { statement, header } => {
            market.state_delivery(persona, id, *statement, &header).await
        }
        OrderAct::Close => market.close_order(persona, id).await,
    };
    Ok(view(id, seen.map_err(told)?, market.now()))
}
