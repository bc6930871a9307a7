//! Colors, or none.

use crate::report::Settings;

/// A color or weight, as its SGR code.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Paint {
    Bold,
    Dim,
    Red,
    Yellow,
    Green,
    Cyan,
}

impl Paint {
    fn code(self) -> &'static str {
        match self {
            Paint::Bold => "1",
            Paint::Dim => "2",
            Paint::Red => "1;31",
            Paint::Yellow => "1;33",
            Paint::Green => "1;32",
            Paint::Cyan => "36",
        }
    }

    /// The text in this color, if there are colors.
    pub(crate) fn on(self, settings: &Settings, text: &str) -> String {
        if settings.color {
            format!("\u{1b}[{}m{text}\u{1b}[0m", self.code())
        } else {
            text.to_owned()
        }
    }
}
