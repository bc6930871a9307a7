//! Files of which it can be told whether they are whole: a word that says what they are, a checksum, the body.
//!
//! With a secret the checksum is a signature: nobody else's file is taken for one's own.

/// How long the checksum is, in bytes.
pub(crate) const CHECKSUM: usize = 32;

/// How files of one kind are closed and opened.
#[derive(Debug, Clone)]
pub(crate) struct Seal {
    /// What such a file begins with.
    magic: &'static [u8; 8],
    /// Signs it.
    secret: Option<[u8; 32]>,
}

/// Why a file cannot be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Broken {
    /// It is none of this kind and version.
    Foreign,
    /// It is cut off, changed or signed by somebody else.
    Damaged,
}

impl Seal {
    /// Files that begin with `magic`, signed if there is a secret.
    pub(crate) fn new(magic: &'static [u8; 8], secret: Option<&str>) -> Self {
        let secret =
            secret.map(|secret| blake3::derive_key("impact 2026 cache secret", secret.as_bytes()));
        Self { magic, secret }
    }

    /// The bytes of a file with this body.
    pub(crate) fn close(&self, body: &[u8]) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.magic.len() + CHECKSUM + body.len());
        bytes.extend_from_slice(self.magic);
        bytes.extend_from_slice(&self.checksum(body));
        bytes.extend_from_slice(body);
        bytes
    }

    /// The body of a file.
    pub(crate) fn open<'b>(&self, bytes: &'b [u8]) -> Result<&'b [u8], Broken> {
        let rest = bytes
            .strip_prefix(self.magic.as_slice())
            .ok_or(Broken::Foreign)?;
        let (checksum, body) = rest.split_at_checked(CHECKSUM).ok_or(Broken::Damaged)?;
        if checksum == self.checksum(body) {
            Ok(body)
        } else {
            Err(Broken::Damaged)
        }
    }

    fn checksum(&self, body: &[u8]) -> [u8; CHECKSUM] {
        match &self.secret {
            Some(secret) => *blake3::keyed_hash(secret, body).as_bytes(),
            None => *blake3::hash(body).as_bytes(),
        }
    }
}
