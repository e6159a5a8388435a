//! Too many at once at a real socket: whoever comes on top is told when to come back, and the patient are served.

use super::*;
use crate::{Most, Pace};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket, TcpStream};

/// The bound is not the measure: without the door's own bounds these waits would never end.
const LONG: Duration = Duration::from_secs(20);
const ASK: &str = "GET /api/v1/market HTTP/1.1\r\nhost: x\r\n\r\n";

/// A street whose door listens with these settings; gives the address too.
async fn listening(settings: DoorSettings) -> (Street, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let street = Street::with(DoorSettings::default(), origin()).await;
    let door = Door::open(street.market.clone(), settings, None);
    tokio::spawn(crate::serve(listener, door, std::future::pending()));
    (street, address)
}

async fn connect(to: SocketAddr, from: u8) -> TcpStream {
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind(SocketAddr::from(([127, 0, 0, from], 0))).unwrap();
    socket.connect(to).await.unwrap()
}

/// Says this and hears one answer's head, or nothing when the door hangs up.
async fn hears(stream: &mut TcpStream, said: &str) -> String {
    let mut heard = Vec::new();
    let exchange = async {
        let _hung_up = stream.write_all(said.as_bytes()).await;
        let mut piece = [0; 4096];
        while !heard.windows(4).any(|four| four == b"\r\n\r\n") {
            match stream.read(&mut piece).await {
                Ok(0) | Err(_) => break,
                Ok(count) => heard.extend_from_slice(&piece[..count]),
            }
        }
    };
    tokio::time::timeout(LONG, exchange).await.expect("the door answers or hangs up");
    String::from_utf8(heard).unwrap()
}

#[tokio::test]
async fn silent_callers_from_many_addresses_make_room_for_the_one_who_asks() {
    let settings =
        DoorSettings { connections: Most { at_once: 8, per_address: 8 }, ..DoorSettings::default() };
    let (_street, address) = listening(settings).await;
    let mut silent = Vec::new();
    for from in 1..=40 {
        let mut stream = connect(address, from).await;
        stream.write_all(b"GET /api/v1/mar").await.unwrap();
        silent.push(stream);
    }
    let answer = hears(&mut connect(address, 99).await, ASK).await;
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
    assert_eq!(hears(&mut silent[0], "").await, "", "the stalest of them was sent away");
}

#[tokio::test]
async fn a_full_house_and_a_full_share_say_when_to_come_back() {
    let settings = DoorSettings {
        connections: Most { at_once: 2, per_address: 1 },
        requests: Most { at_once: 9, per_address: 9 },
        ..DoorSettings::default()
    };
    let (_street, address) = listening(settings).await;
    // Letters that are never finished: both requests are being served.
    let unfinished = format!(
        "POST /api/v1/mail/{} HTTP/1.1\r\nhost: x\r\ncontent-length: 4096\r\n\r\nage-",
        key(1).persona()
    );
    let mut busy = [connect(address, 1).await, connect(address, 2).await];
    for stream in &mut busy {
        stream.write_all(unfinished.as_bytes()).await.unwrap();
    }
    for (from, status) in [(3, "HTTP/1.1 503"), (1, "HTTP/1.1 429")] {
        // Until the door has read their heads, the two make room for others.
        let answer = loop {
            let answer = hears(&mut connect(address, from).await, ASK).await;
            if !answer.starts_with("HTTP/1.1 200") {
                break answer;
            }
            for (stream, number) in busy.iter_mut().zip(1..) {
                *stream = connect(address, number).await;
                stream.write_all(unfinished.as_bytes()).await.unwrap();
            }
        };
        assert!(answer.starts_with(status), "{answer}");
        assert!(answer.contains("retry-after: 2"), "{answer}");
        assert!(answer.contains("application/problem+json"), "{answer}");
    }
}

#[tokio::test]
async fn requests_on_top_of_what_is_served_are_asked_to_come_back() {
    let settings = DoorSettings { requests: Most { at_once: 1, per_address: 1 }, ..DoorSettings::default() };
    let street = Street::with(settings, origin()).await;
    let stalled = Body::from_stream(futures::stream::pending::<Result<Bytes, std::io::Error>>());
    let path = format!("/api/v1/mail/{}", key(1).persona());
    let from = |last: u8, path: &str| {
        let mut request = request("GET", path, b"");
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([192, 0, 2, last], 1))));
        request
    };
    let mut letter = request("POST", &path, b"");
    *letter.body_mut() = stalled;
    letter.extensions_mut().insert(ConnectInfo(SocketAddr::from(([192, 0, 2, 1], 1))));
    let others = async {
        let share = street.send(from(1, "/api/v1/market")).await;
        assert_eq!((share.refusal(), share.header("retry-after")), ((429, "too-many".into()), "2"));
        let house = street.send(from(2, "/api/v1/market")).await;
        assert_eq!((house.refusal(), house.header("retry-after")), ((503, "busy".into()), "2"));
        assert_eq!(
            street.send(request("GET", "/admin/privacy", b"")).await.status,
            403,
            "the operator is heard"
        );
    };
    tokio::select! {
        biased;
        answer = street.router.clone().oneshot(letter) => panic!("{answer:?}"),
        () = others => {}
    }
    assert_eq!(street.send(from(2, "/api/v1/market")).await.status, 200, "there is room again");
}

#[tokio::test]
async fn watching_a_mailbox_takes_no_place_among_the_served() {
    let settings = DoorSettings { requests: Most { at_once: 1, per_address: 1 }, ..DoorSettings::default() };
    let street = Street::with(settings, origin()).await;
    let path = format!("/api/v1/mail/{}?after=0&wait_s=25", key(1).persona());
    tokio::select! {
        biased;
        answer = street.act(1, "GET", &path, b"") => panic!("{:?}", answer.status),
        () = async { assert_eq!(street.get("/api/v1/market").await.status, 200) } => {}
    }
}

#[tokio::test]
async fn a_body_that_dribbles_is_ended_with_a_sentence() {
    let pace = Pace { least: 1024, within: Duration::from_millis(100) };
    let street = Street::with(DoorSettings { pace, ..DoorSettings::default() }, origin()).await;
    let dribble = futures::stream::unfold((), |()| async {
        tokio::time::sleep(Duration::from_millis(10)).await;
        Some((Ok::<_, std::io::Error>(Bytes::from_static(b"a")), ()))
    });
    let mut letter = request("POST", &format!("/api/v1/mail/{}", key(1).persona()), b"");
    *letter.body_mut() = Body::from_stream(dribble);
    let answer = tokio::time::timeout(LONG, street.send(letter)).await.expect("the door loses patience");
    assert_eq!(answer.refusal(), (503, "took-too-long".into()));
    assert!(answer.problem().detail.contains("too slowly"), "{:?}", answer.problem());
}

#[tokio::test]
async fn whoever_does_not_take_the_answer_loses_the_connection() {
    let pace = Pace { least: 1024, within: Duration::from_millis(100) };
    let settings =
        DoorSettings { pace, per_address: crate::Rate::new(1_000_000, 1_000_000), ..DoorSettings::default() };
    let (_street, address) = listening(settings).await;
    let mut stream = connect(address, 1).await;
    // Asks for the description again and again and reads nothing of it, until the door hangs up.
    let asking =
        async { while stream.write_all(b"GET /openapi.json HTTP/1.1\r\nhost: x\r\n\r\n").await.is_ok() {} };
    tokio::time::timeout(LONG, asking).await.expect("the door hangs up");
}
