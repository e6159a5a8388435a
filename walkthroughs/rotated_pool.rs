//! The operator rotates the pool. People's money pays nobody from the old one; they are told what to do, move it, and pay
//! again, and anybody can replay both pools.

mod street;

use street::{Person, Proofs, Rows, Street};

/// Looks into the wallet until it shows this balance: minted and paid money counts when its epoch has closed.
fn has(person: &Person, balance: &str) {
    for _ in 0..200 {
        if person.does(&["wallet"])["balance"] == balance {
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(100));
    }
    panic!("the wallet never showed {balance}: {}", person.does(&["wallet"]));
}

#[test]
fn money_in_a_rotated_pool_crosses_and_pays_again() {
    let street = Street::open(Proofs::Real, Rows::Sqlite);
    let (jay, wren) = (street.person("jay"), street.person("wren"));
    street.mint(&jay.address(), "32.50");
    has(&jay, "32.50");
    let old_address = wren.address();

    let rotated = street.market_command(&["rotate-pool"]);
    assert_eq!(rotated["generation"], 1);

    // Nothing pays from the old pool, and every refusal says what to do.
    let refused = jay.is_refused(&["wallet", "send", &wren.address(), "20"]);
    assert_eq!(refused.code, "rotated-pool");
    assert!(refused.next.contains("tacit wallet cross"), "{refused:?}");
    let refused = jay.is_refused(&["wallet", "send", &old_address, "20"]);
    assert_eq!(refused.code, "other-pool");
    let wallet = jay.does(&["wallet"]);
    assert_eq!((&wallet["balance"], &wallet["in_rotated_pools"]), (&"0.00".into(), &"32.50".into()));

    // A crossing says what it shows before it shows it, and crosses in amounts that anybody could have.
    let crossing = jay.command(&["wallet", "cross", "--now", "--yes"]).output().unwrap();
    let aside = String::from_utf8_lossy(&crossing.stderr).into_owned();
    assert!(aside.contains("amounts in public: 20.00, 10.00, 2.00, 0.50 tUSD"), "{aside}");
    let crossed = street::answer("jay crosses", crossing);
    assert_eq!((&crossed["crossed"], &crossed["left"]), (&"32.50".into(), &"0.00".into()));
    let parts: Vec<_> = crossed["parts"].as_array().unwrap().iter().map(|part| &part["amount"]).collect();
    assert_eq!(parts, ["20.00", "10.00", "2.00", "0.50"]);
    assert_eq!(crossed["parts"][0]["to_pool"], rotated["pool"]);

    // Again is nothing, and the history tells it in both pools.
    assert_eq!(jay.does(&["wallet", "cross", "--now", "--yes"])["crossed"], "0.00");
    let wallet = jay.does(&["wallet", "history"]);
    assert_eq!((&wallet["balance"], &wallet["in_rotated_pools"]), (&"32.50".into(), &"0.00".into()));
    for pool in wallet["pools"].as_array().unwrap() {
        let lines = pool["history"].as_array().unwrap().iter();
        assert_eq!(lines.filter(|line| line["what"] == "crossed").count(), 4, "{pool}");
    }

    jay.does(&["wallet", "send", &wren.address(), "20"]);
    has(&wren, "20.00");
    assert_eq!(jay.does(&["wallet"])["balance"], "12.50");

    // Both pools replay for somebody who never made a desk: what crossed was made once.
    let replayed = street.stranger("anybody").does(&["verify", "ledger", "--market", street.origin()]);
    assert_eq!(replayed["ok"], true);
    assert_eq!((&replayed["minted"], &replayed["balance"]), (&"32.50".into(), &"32.50".into()));
    assert_eq!(replayed["pools"].as_array().unwrap().len(), 2);
}
