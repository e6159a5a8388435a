//! Keys from the desk's `ledger` key: a spending and an income account, a fresh address for every order (wire.md, Keys).

use crate::address::Address;
use crate::bundle::SettlementBundle;
use crate::bytes32::PoolId;
use crate::opening::{NoteOpening, OutputKey};
use orchard::keys::{
    DiversifierIndex, FullViewingKey, IncomingViewingKey, OutgoingViewingKey, PreparedIncomingViewingKey,
    Scope, SpendAuthorizingKey, SpendingKey,
};
use serde::{Deserialize, Serialize};
use std::fmt;
use tacit_values::{Currency, Digest, OrderId};

/// Our own ZIP-32 coin type ("TCIT"), so that no key is shared with any other system on the same seed.
const COIN_TYPE: u32 = 0x5443_4954;

/// The two accounts of a desk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Account {
    /// What a person pays from; change comes back here.
    Spending,
    /// What a person earns.
    Income,
}

/// The keys of one wallet in one pool. Prints nothing; spending keys are wiped when dropped.
pub struct WalletKeys {
    pool: PoolId,
    spending: AccountKeys,
    income: AccountKeys,
    pub(crate) trial: [PreparedIncomingViewingKey; 3],
}

struct AccountKeys {
    spend: SpendingKey,
    view: FullViewingKey,
}

/// One output that this wallet received.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Received {
    /// Which account.
    pub account: Account,
    /// Whether it is change: paid to an internal address.
    pub change: bool,
    /// Address, value and seed.
    pub opening: NoteOpening,
}

impl WalletKeys {
    /// The keys behind the desk's 32-byte `ledger` key.
    pub fn from_seed(seed: &[u8; 32], pool: PoolId) -> Self {
        let spending = AccountKeys::derive(seed, 0);
        let income = AccountKeys::derive(seed, 1);
        let trial = [
            spending.view.to_ivk(Scope::External).prepare(),
            spending.view.to_ivk(Scope::Internal).prepare(),
            income.view.to_ivk(Scope::External).prepare(),
        ];
        Self { pool, spending, income, trial }
    }

    /// The pool that these keys hold notes in.
    pub const fn pool(&self) -> PoolId {
        self.pool
    }

    /// The address with this number: for topping up, and for being paid by hand.
    pub fn address(&self, account: Account, number: u32) -> Address {
        self.address_at(account, DiversifierIndex::from(number))
    }

    /// The address of one order. It follows from the order's id, so it is found again from the words, and nobody else can
    /// connect it with another address.
    pub fn order_address(&self, account: Account, order: &OrderId) -> Address {
        let digest = Digest::tagged("order-address", &[order.bytes()]);
        let mut index = [0; 11];
        index.copy_from_slice(&digest.bytes()[..11]);
        self.address_at(account, DiversifierIndex::from(index))
    }

    fn address_at(&self, account: Account, index: DiversifierIndex) -> Address {
        Address::new(&self.pool, self.account(account).view.address_at(index, Scope::External))
    }

    /// Where change and merged notes go.
    pub(crate) fn change_address(&self) -> Address {
        Address::new(&self.pool, self.spending.view.address_at(0_u32, Scope::Internal))
    }

    /// Which account an address is of; `None` when it is somebody else's.
    pub fn account_of(&self, address: &Address) -> Option<Account> {
        let owns = |account: Account| {
            let ivk: IncomingViewingKey = self.account(account).view.to_ivk(Scope::External);
            ivk.diversifier_index(&address.inner()).is_some()
        };
        [Account::Spending, Account::Income].into_iter().find(|account| owns(*account))
    }

    /// Decrypts one output, as a payee does who was told `{pool, epoch, position}` (wire.md, Letters). A payment counts as
    /// received only when this succeeds: the circuit does not prove the ciphertext.
    pub fn open_output(
        &self,
        bundle: &SettlementBundle,
        action: usize,
        currency: Currency,
    ) -> Option<Received> {
        let shielded = bundle.shielded();
        [
            (Account::Spending, Scope::External),
            (Account::Income, Scope::External),
            (Account::Spending, Scope::Internal),
        ]
        .into_iter()
        .find_map(|(account, scope)| {
            let ivk = self.account(account).view.to_ivk(scope);
            let (note, _, _) = shielded.decrypt_output_with_key(action, &ivk)?;
            let opening = NoteOpening::of(&note, bundle, currency)?;
            Some(Received { account, change: scope == Scope::Internal, opening })
        })
    }

    /// Opens an output that this wallet sent.
    pub fn recover_output(
        &self,
        bundle: &SettlementBundle,
        action: usize,
        currency: Currency,
    ) -> Option<NoteOpening> {
        let (note, _, _) = bundle.shielded().recover_output_with_ovk(action, &self.payment_key())?;
        NoteOpening::of(&note, bundle, currency)
    }

    /// The key that opens one output which this wallet sent, for showing that payment and nothing else.
    pub fn output_key(&self, bundle: &SettlementBundle, action: usize) -> Option<OutputKey> {
        OutputKey::derive(&self.payment_key(), bundle, action)
    }

    /// Payments stay openable by their sender under this key, change under the other.
    pub(crate) fn payment_key(&self) -> OutgoingViewingKey {
        self.spending.view.to_ovk(Scope::External)
    }

    pub(crate) fn change_key(&self) -> OutgoingViewingKey {
        self.spending.view.to_ovk(Scope::Internal)
    }

    pub(crate) fn view(&self, account: Account) -> &FullViewingKey {
        &self.account(account).view
    }

    pub(crate) fn spend_authorities(&self) -> [SpendAuthorizingKey; 2] {
        [SpendAuthorizingKey::from(&self.spending.spend), SpendAuthorizingKey::from(&self.income.spend)]
    }

    const fn account(&self, account: Account) -> &AccountKeys {
        match account {
            Account::Spending => &self.spending,
            Account::Income => &self.income,
        }
    }
}

impl AccountKeys {
    fn derive(seed: &[u8; 32], account: u32) -> Self {
        let account = account.try_into().expect("account numbers are small");
        let spend = SpendingKey::from_zip32_seed(seed, COIN_TYPE, account)
            .expect("a seed of 32 bytes gives no key with a chance of 2^-250");
        let view = FullViewingKey::from(&spend);
        Self { spend, view }
    }
}

impl fmt::Debug for WalletKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("WalletKeys(..)")
    }
}
