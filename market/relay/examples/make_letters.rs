//! Makes `vectors/relay/letters.json`: one letter that opens and its ways to go wrong, and one letter of every kind. Sealing draws chance, so every run
//! writes other bytes with the same meaning.

use serde_json::{Value, json};
use tacit_relay::{Kind, Letter, MailKey, outside_orders, seal_letter};
use tacit_values::{OrderId, PersonaKey, base64url};

fn main() {
    let (sender, me) = (PersonaKey::from_seed(&[1; 32]), PersonaKey::from_seed(&[2; 32]));
    let mail = MailKey::from_bytes(&[5; 32]);
    let letter = |to: &PersonaKey, v: u8| Letter {
        v,
        from: sender.persona(),
        to: to.persona(),
        kind: Kind::Order,
        order: OrderId::from_bytes([3; 16]),
        seq: 0,
        reply_to: None,
        checkpoint: None,
        body: json!({"words": "good day"}),
    };
    let seal =
        |letter: Letter| seal_letter(letter, &sender, &mail.recipient()).expect("a short letter seals");
    let good = seal(letter(&me, 1));
    let mut cut = good.clone();
    cut.truncate(4_000);
    let mut grown = good.clone();
    grown.resize(16_384, 0);
    let mut stanza = good.clone();
    stanza[60] = if stanza[60] == b'A' { b'B' } else { b'A' };
    let mut chunk = good.clone();
    chunk[2_000] ^= 1;
    let odd = {
        let mut signed = serde_json::to_value(letter(&me, 1).sign(&sender).expect("a letter signs"))
            .expect("a letter is plain data");
        signed["letter"]["kind"] = json!("dkg4");
        signed
    };
    let cases: Vec<Value> = vec![
        case("a letter that opens", &good, None),
        case("cut off", &cut, Some("size")),
        case("grown to the next size with zeros", &grown, Some("not for this key")),
        case("a changed recipient stanza", &stanza, Some("not for this key")),
        case("a changed byte of the sealed text", &chunk, Some("not for this key")),
        case("addressed to another persona", &seal(letter(&sender, 1)), Some("misaddressed")),
        case("of a version that does not exist", &seal(letter(&me, 9)), Some("version")),
        case("no age file at all", &vec![b'x'; 4_096], Some("not for this key")),
    ];
    let kinds: Vec<Value> = Kind::ALL
        .into_iter()
        .map(|kind| {
            let own = kind == Kind::ToSelf;
            let letter = Letter {
                kind,
                from: if own { me.persona() } else { sender.persona() },
                order: if own { outside_orders() } else { OrderId::from_bytes([3; 16]) },
                ..letter(&me, 1)
            };
            let by = if own { &me } else { &sender };
            let sealed = seal_letter(letter.clone(), by, &mail.recipient()).expect("a short letter seals");
            json!({"kind": kind, "letter": letter, "sealed": base64url::encode(&sealed)})
        })
        .collect();
    let page = json!({
        "kinds": kinds,
        "mail_key": base64url::encode(&[5; 32]),
        "me": me.persona(),
        "letter": letter(&me, 1),
        "of_an_unknown_kind": odd,
        "cases": cases,
    });
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../vectors/relay/letters.json");
    let text = serde_json::to_string_pretty(&page).expect("the vectors are plain data");
    std::fs::write(file, text + "\n").expect("the vectors folder can be written");
}

fn case(name: &str, sealed: &[u8], refused: Option<&str>) -> Value {
    json!({"name": name, "sealed": base64url::encode(sealed), "refused": refused})
}
