//! A team's rules, as data.

use crate::class::FindingClass;
use crate::finding::Finding;
use crate::level::Level;
use globset::{Glob, GlobMatcher};
use impact_facts::{Certainty, Scope};
use serde::{Deserialize, Serialize};

/// Rules over the built-in levels. The last rule that fits a finding sets its level.
#[derive(Debug, Clone, Default)]
pub struct Policy {
    rules: Vec<(Rule, Option<GlobMatcher>)>,
}

/// One rule: every condition that is there must fit.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// The class, by name, code or group.
    pub class: Option<String>,
    /// A glob over the path from the workspace's root.
    pub path: Option<String>,
    /// The service.
    pub service: Option<String>,
    /// The certainty.
    pub certainty: Option<Certainty>,
    /// The kind of code.
    pub scope: Option<Scope>,
    /// What such a finding weighs; none: this rule changes nothing.
    pub level: Option<Level>,
}

/// The `[policy]` section of a workspace's configuration.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyConfig {
    /// `[[policy.rule]]`, in order.
    #[serde(default, rename = "rule")]
    pub rules: Vec<Rule>,
    /// What an inconclusive answer means for the gate.
    #[serde(default)]
    pub inconclusive: Gate,
}

/// What the process says of an inconclusive answer. The report says inconclusive in either case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gate {
    /// It fails, with an exit code of its own.
    #[default]
    Fail,
    /// It passes.
    Pass,
}

/// Why a rule cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RuleError {
    /// No class of this name or code.
    FindingClass(String),
    /// Not a glob.
    Path(String),
}

impl std::fmt::Display for RuleError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            RuleError::FindingClass(name) => {
                let known: Vec<&str> = FindingClass::table().iter().map(|row| row.name).collect();
                write!(
                    f,
                    "`{name}` is no class of findings; there are {}",
                    known.join(", ")
                )
            }
            RuleError::Path(glob) => write!(f, "`{glob}` is no glob"),
        }
    }
}

impl std::error::Error for RuleError {}

/// What rules look at.
pub(crate) struct Weighed<'a> {
    pub(crate) class: FindingClass,
    pub(crate) path: &'a str,
    pub(crate) service: &'a str,
    pub(crate) certainty: Certainty,
    pub(crate) scope: Scope,
}

impl Policy {
    /// A policy of these rules.
    ///
    /// # Errors
    /// If a rule names no class, or its path is no glob.
    pub fn new(rules: Vec<Rule>) -> Result<Self, RuleError> {
        let mut checked = Vec::new();
        for rule in rules {
            if let Some(class) = rule
                .class
                .as_ref()
                .filter(|class| FindingClass::group(class).is_empty())
            {
                return Err(RuleError::FindingClass(class.clone()));
            }
            let glob = match &rule.path {
                Some(path) => Some(
                    Glob::new(path)
                        .map_err(|_| RuleError::Path(path.clone()))?
                        .compile_matcher(),
                ),
                None => None,
            };
            checked.push((rule, glob));
        }
        Ok(Self { rules: checked })
    }

    /// Sets the level of a finding that is made elsewhere.
    pub fn weigh(&self, finding: &mut Finding) {
        let (path, service) = match &finding.place {
            Some(place) => (&*place.path, &*place.service),
            None => ("", ""),
        };
        let weighed = Weighed {
            class: finding.class,
            path,
            service,
            certainty: finding.certainty,
            scope: finding.scope,
        };
        finding.level = self.level(&weighed, finding.level);
    }

    /// The level of a finding whose built-in level is `level`. What is open may become graver and not lighter: a
    /// policy cannot make a proof.
    pub(crate) fn level(&self, of: &Weighed<'_>, level: Level) -> Level {
        let fits = |(rule, glob): &&(Rule, Option<GlobMatcher>)| {
            rule.class
                .as_deref()
                .is_none_or(|class| FindingClass::group(class).contains(&of.class))
                && glob.as_ref().is_none_or(|glob| glob.is_match(of.path))
                && rule
                    .service
                    .as_deref()
                    .is_none_or(|service| service == of.service)
                && rule
                    .certainty
                    .is_none_or(|certainty| certainty == of.certainty)
                && rule.scope.is_none_or(|scope| scope == of.scope)
        };
        let last = self
            .rules
            .iter()
            .rev()
            .filter(fits)
            .find_map(|(rule, _)| rule.level);
        match last {
            Some(said) if level == Level::Inconclusive => said.max(level),
            Some(said) => said,
            None => level,
        }
    }
}
