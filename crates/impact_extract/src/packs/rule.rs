//! One pattern of a pack, checked against the vocabularies.

use super::PackError;
use super::reader::{Operand, Pattern, Predicate};
use impact_facts::{Capture, Condition, ConditionKind, TagKind};

/// Predicates that tree-sitter evaluates.
const TEXT_PREDICATES: &[&str] = &[
    "eq?",
    "not-eq?",
    "any-eq?",
    "any-not-eq?",
    "match?",
    "not-match?",
    "any-match?",
    "any-not-match?",
    "any-of?",
    "not-any-of?",
];

/// Predicates that add to the tag, or say which files the pattern is tried on.
const DIRECTIVES: &[&str] = &["set!", "argument!", "mentions?"];

/// Predicates that link evaluates.
const CONDITIONS: &[(&str, ConditionKind)] = &[
    ("binds?", ConditionKind::Binds),
    ("instance?", ConditionKind::Instance),
    ("subclass?", ConditionKind::Subclass),
];

/// What a pattern says by itself, by key.
type Settings = Vec<(Box<str>, SettingValue)>;

/// The value of `#set!`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SettingValue {
    /// `(#set! key "word")`.
    Word(Box<str>),
    /// `(#set! key @capture)`: the characters of the captured node.
    Text(Box<str>),
}

/// `(#argument! path @call 0 "name")`: captures the argument of a call at a place or by a name, if it has one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ArgumentRule {
    /// What the argument is captured as.
    pub capture: Capture,
    /// The capture of the call.
    pub call: Box<str>,
    /// Its place, from 0.
    pub place: Option<usize>,
    /// Its names.
    pub names: Vec<Box<str>>,
}

/// What a match of one pattern means.
#[derive(Debug, Clone)]
pub struct Rule {
    /// The pack's path without the ending.
    pub pack: Box<str>,
    /// The line that the pattern begins in, from 1.
    pub line: usize,
    /// The pattern's own text.
    pub source: Box<str>,
    /// What it recognizes.
    pub kind: TagKind,
    /// What link must check.
    pub conditions: Vec<Condition>,
    /// What it says by itself.
    pub settings: Settings,
    /// Arguments that are captured wherever they stand in a call.
    pub arguments: Vec<ArgumentRule>,
    /// Which files it is tried on.
    pub gate: Gate,
}

/// Words that a file must have for a rule to be tried on it, sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Gate {
    /// Words of which every match has one. Empty: it may match anywhere.
    pub words: Vec<Box<str>>,
    /// Words of which the file must have one somewhere. Empty: it need not.
    pub mentions: Vec<Box<str>>,
}

impl Rule {
    /// Checks one pattern of the pack at `path`.
    ///
    /// # Errors
    /// An unknown word, with the known ones; no kind, or several; a predicate that says nothing.
    pub fn new(path: &str, pack: &str, text: &str, pattern: &Pattern) -> Result<Rule, PackError> {
        let place = Place { path, text };
        Ok(Rule {
            pack: pack.into(),
            line: place.line(pattern.start),
            source: text
                .get(pattern.start..pattern.end)
                .unwrap_or_default()
                .into(),
            kind: place.kind(pattern)?,
            conditions: place.conditions(pattern)?,
            settings: place.settings(pattern)?,
            arguments: place.arguments(pattern)?,
            gate: Gate {
                words: needed(pattern),
                mentions: place.mentions(pattern)?,
            },
        })
    }
}

/// A text that errors point into.
pub struct Place<'a> {
    /// The pack's file.
    pub path: &'a str,
    /// Its text.
    pub text: &'a str,
}

impl Place<'_> {
    /// The line of a byte, from 1.
    pub fn line(&self, at: usize) -> usize {
        self.text
            .bytes()
            .take(at)
            .filter(|byte| *byte == b'\n')
            .count()
            + 1
    }

    /// An error at a byte.
    pub fn error(&self, at: usize, message: impl Into<String>) -> PackError {
        PackError {
            path: self.path.into(),
            line: self.line(at),
            message: message.into(),
        }
    }

    fn kind(&self, pattern: &Pattern) -> Result<TagKind, PackError> {
        let mut kinds = Vec::new();
        for capture in &pattern.captures {
            match TagKind::from_word(capture.name) {
                Some(kind) => kinds.push(kind),
                None => self.check_capture(capture.name, capture.at)?,
            }
        }
        match kinds.as_slice() {
            [kind] => Ok(*kind),
            [] => Err(self.error(
                pattern.start,
                format!("the pattern needs one of {}", known(TagKind::ALL)),
            )),
            _ => Err(self.error(
                pattern.start,
                "the pattern has several kinds: it can have one",
            )),
        }
    }

    fn check_capture(&self, name: &str, at: usize) -> Result<(), PackError> {
        if name.starts_with('_') || Capture::from_word(name).is_some() {
            return Ok(());
        }
        let (kinds, captures) = (known(TagKind::ALL), known(Capture::ALL));
        let message = format!(
            "unknown capture @{name}; a kind is one of {kinds}; a part is one of {captures}, or begins with @_"
        );
        Err(self.error(at, message))
    }

    fn conditions(&self, pattern: &Pattern) -> Result<Vec<Condition>, PackError> {
        let mut conditions = Vec::new();
        for predicate in &pattern.predicates {
            match CONDITIONS.iter().find(|(name, _)| *name == predicate.name) {
                Some((_, kind)) => conditions.push(self.condition(*kind, predicate)?),
                None => self.check_predicate(predicate)?,
            }
        }
        Ok(conditions)
    }

    fn condition(
        &self,
        kind: ConditionKind,
        predicate: &Predicate,
    ) -> Result<Condition, PackError> {
        let of = match predicate.operands.first() {
            Some(Operand::Capture(name)) => Capture::from_word(name),
            _ => None,
        };
        let of = of.ok_or_else(|| {
            let message = format!(
                "#{} is said of one of {}",
                predicate.name,
                known(Capture::ALL)
            );
            self.error(predicate.at, message)
        })?;
        let names = words(predicate.operands.get(1..).unwrap_or_default());
        match names {
            Some(names) if !names.is_empty() => Ok(Condition { kind, of, names }),
            _ => Err(self.error(
                predicate.at,
                format!("#{} needs qualified names", predicate.name),
            )),
        }
    }

    fn check_predicate(&self, predicate: &Predicate) -> Result<(), PackError> {
        if DIRECTIVES.contains(&predicate.name) || TEXT_PREDICATES.contains(&predicate.name) {
            return Ok(());
        }
        let conditions = CONDITIONS.iter().map(|(name, _)| *name);
        let all: Vec<String> = TEXT_PREDICATES
            .iter()
            .copied()
            .chain(DIRECTIVES.iter().copied())
            .chain(conditions)
            .map(|name| format!("#{name}"))
            .collect();
        let message = format!(
            "unknown predicate #{}; known are {}",
            predicate.name,
            all.join(" ")
        );
        Err(self.error(predicate.at, message))
    }

    fn settings(&self, pattern: &Pattern) -> Result<Settings, PackError> {
        let mut settings = Vec::new();
        for predicate in pattern
            .predicates
            .iter()
            .filter(|predicate| predicate.name == "set!")
        {
            let [Operand::Word(key), value] = predicate.operands.as_slice() else {
                return Err(self.error(predicate.at, "#set! needs a key, and a word or a capture"));
            };
            let value = match value {
                Operand::Word(word) => SettingValue::Word(word.as_str().into()),
                Operand::Capture(name) => SettingValue::Text((*name).into()),
            };
            settings.push((key.as_str().into(), value));
        }
        Ok(settings)
    }

    fn mentions(&self, pattern: &Pattern) -> Result<Vec<Box<str>>, PackError> {
        let mut mentions = Vec::new();
        for predicate in pattern
            .predicates
            .iter()
            .filter(|predicate| predicate.name == "mentions?")
        {
            let words = words(&predicate.operands).filter(|words| !words.is_empty());
            mentions
                .extend(words.ok_or_else(|| self.error(predicate.at, "#mentions? needs words"))?);
        }
        mentions.sort();
        mentions.dedup();
        Ok(mentions)
    }

    fn arguments(&self, pattern: &Pattern) -> Result<Vec<ArgumentRule>, PackError> {
        let directives = pattern
            .predicates
            .iter()
            .filter(|predicate| predicate.name == "argument!");
        directives
            .map(|predicate| self.argument(predicate))
            .collect()
    }

    fn argument(&self, predicate: &Predicate) -> Result<ArgumentRule, PackError> {
        let error = |message: String| self.error(predicate.at, message);
        let [Operand::Word(capture), Operand::Capture(call), which @ ..] =
            predicate.operands.as_slice()
        else {
            return Err(error(
                "#argument! needs what to capture, the call, then a place, names, or both".into(),
            ));
        };
        let known = || {
            error(format!(
                "#argument! captures one of {}",
                known(Capture::ALL)
            ))
        };
        let capture = Capture::from_word(capture).ok_or_else(known)?;
        let words = words(which).filter(|words| !words.is_empty());
        let words =
            words.ok_or_else(|| error("#argument! needs a place, names, or both".into()))?;
        let place = words.first().and_then(|word| word.parse().ok());
        let names = words
            .into_iter()
            .skip(usize::from(place.is_some()))
            .collect();
        Ok(ArgumentRule {
            capture,
            call: (*call).into(),
            place,
            names,
        })
    }
}

/// The most telling words that a match needs: those of the predicate whose shortest word is longest.
fn needed(pattern: &Pattern) -> Vec<Box<str>> {
    let clauses = pattern
        .predicates
        .iter()
        .filter_map(|predicate| needed_words(pattern, predicate));
    let telling = |words: &Vec<Box<str>>| words.iter().map(|word| word.len()).min().unwrap_or(0);
    let mut words = clauses.max_by_key(telling).unwrap_or_default();
    words.sort();
    words.dedup();
    words
}

fn needed_words(pattern: &Pattern, predicate: &Predicate) -> Option<Vec<Box<str>>> {
    if !matches!(predicate.name, "eq?" | "any-of?") {
        return None;
    }
    let Some((Operand::Capture(of), words_of)) = predicate.operands.split_first() else {
        return None;
    };
    let certain = pattern
        .captures
        .iter()
        .any(|capture| capture.name == *of && capture.certain);
    words(words_of).filter(|words| certain && !words.iter().any(|word| word.is_empty()))
}

fn words(operands: &[Operand]) -> Option<Vec<Box<str>>> {
    operands
        .iter()
        .map(|operand| match operand {
            Operand::Word(word) => Some(word.as_str().into()),
            Operand::Capture(_) => None,
        })
        .collect()
}

fn known<T>(words: &[(&'static str, T)]) -> String {
    let words: Vec<String> = words.iter().map(|(word, _)| format!("@{word}")).collect();
    words.join(" ")
}
