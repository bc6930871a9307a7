//! What a change is judged by: the team's rules, what it accepted, who owns what, and the day.

use crate::outcome::Failure;
use crate::question::Known;
use impact_facts::{FileAnnotation, Index};
use impact_graph::{ColumnName, Place, Trace};
use impact_policy::{
    Circumstances, Finding, FindingClass, Judgement, Level, Policy, PolicyConfig, Waiver,
    WaiverPlace, WaiverText, inline_waiver, judge_in, waiver_finding,
};
use impact_scan::{Owners, WrittenWaiver};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::collections::BTreeSet;

/// All that judging needs beside a trace.
pub struct Gate<'k> {
    known: &'k Known,
    policy: Policy,
    /// What an inconclusive answer means.
    pub inconclusive: impact_policy::Gate,
    waivers: Vec<Waiver>,
    faults: Vec<Finding>,
    owners: Owners,
    today: Date,
}

impl<'k> Gate<'k> {
    /// The gate of a workspace on a day; none: today, in UTC.
    pub fn of(known: &'k Known, today: Option<Date>) -> Result<Self, Failure> {
        let config: PolicyConfig = known.workspace.policy_as()?.unwrap_or_default();
        let inconclusive = config.inconclusive;
        let mut gate = Self {
            known,
            policy: policy(known, config)?,
            inconclusive,
            waivers: Vec::new(),
            faults: Vec::new(),
            owners: Owners::of(&known.workspace),
            today: today.unwrap_or_else(|| Timestamp::now().to_zoned(TimeZone::UTC).date()),
        };
        for written in known.workspace.waivers() {
            gate.add_written(&written);
        }
        for index in &known.indexes {
            gate.add_inline(index);
        }
        Ok(gate)
    }

    /// May the change run?
    #[must_use]
    pub fn judge(&self, trace: &Trace) -> Judgement {
        judge_in(
            trace,
            &Circumstances {
                policy: &self.policy,
                waivers: &self.waivers,
                today: Some(self.today),
                owner_of: &|place| self.owner_of(place),
            },
        )
    }

    /// Who answers for a place: `CODEOWNERS`, else the service's owner.
    #[must_use]
    pub fn owner_of(&self, place: &Place) -> Option<Box<str>> {
        let services = self.known.indexes.iter();
        let owner = || {
            let mut own = services.filter(|index| index.service.name == place.service);
            own.next()?.service.owner.clone()
        };
        self.owners.of_path(&place.path).or_else(owner)
    }

    /// What is wrong with waivers: those that cannot be used, and those of the asked columns that accept nothing.
    #[must_use]
    pub fn faults(&self, asked: &[&ColumnName], used: &BTreeSet<usize>) -> Vec<Finding> {
        let mut faults = self.faults.clone();
        for (at, waiver) in self.waivers.iter().enumerate() {
            let meant = match (&waiver.target, &waiver.at.line) {
                (Some(_), _) => asked.iter().any(|name| waiver.speaks_of(name)),
                (None, Some((path, line))) => !self.touches(path, *line),
                (None, None) => false,
            };
            if meant && !used.contains(&at) {
                let target = waiver.target.as_deref().unwrap_or("anything");
                let message = format!("nothing here touches {target}: {}", waiver.reason);
                let class = FindingClass::WaiverUnmatched;
                faults.push(waiver_finding(class, &waiver.at.place, message));
            }
        }
        for fault in &mut faults {
            fault.owner = fault.place.as_ref().and_then(|place| self.owner_of(place));
            self.policy.weigh(fault);
        }
        faults.retain(|fault| fault.level > Level::Allow);
        faults
    }

    /// Whether anything on a line touches a column.
    fn touches(&self, path: &str, line: u32) -> bool {
        self.known.indexes.iter().any(|index| {
            let inside = inside(index, path);
            let file = index
                .files
                .iter()
                .position(|file| Some(&*file.path) == inside);
            let Some(file) = file else { return false };
            let here =
                |at: impact_facts::FileId, position: u32| at.0 as usize == file && position == line;
            let mut references = index.references.iter();
            references.any(|one| here(one.site.file, one.position.line))
        })
    }

    fn add_written(&mut self, written: &WrittenWaiver) {
        let services = &self.known.workspace.services;
        let spec = written.service.and_then(|at| services.get(at));
        let place = Place {
            service: spec
                .map(|spec| spec.service.name.clone())
                .unwrap_or_default(),
            path: written.path.clone(),
            position: written.position,
            ..Place::default()
        };
        let text = written.table.clone().and_then(|table| {
            let read: Result<WaiverText, _> = toml::Value::Table(table).try_into();
            read.map_err(|error| error.message().to_owned())
        });
        let at = WaiverPlace {
            place: place.clone(),
            service: spec.map(|spec| spec.service.name.clone()),
            line: None,
        };
        let root = spec.map_or("", |spec| &*spec.service.path);
        let waiver = text.and_then(|mut text| {
            if !text.path.is_empty() && !root.is_empty() {
                text.path = format!("{root}/{}", text.path);
            }
            let other = !text.service.is_empty()
                && at
                    .service
                    .as_ref()
                    .is_some_and(|own| **own != *text.service);
            match other {
                true => Err(format!(
                    "it speaks of service `{}`, not of its own",
                    text.service
                )),
                false => Waiver::new(&text, at),
            }
        });
        self.add(waiver, &place);
    }

    fn add_inline(&mut self, index: &Index) {
        for annotation in &index.annotations {
            let Some(place) = place_of(index, annotation) else {
                continue;
            };
            if let Some(fault) = &annotation.fault {
                let class = FindingClass::AnnotationInvalid;
                self.faults
                    .push(waiver_finding(class, &place, fault.to_string()));
            }
            let owner = self.owner_of(&place);
            let Some(text) = inline_waiver(&annotation.text, owner.as_deref()) else {
                continue;
            };
            let at = WaiverPlace {
                place: place.clone(),
                service: Some(index.service.name.clone()),
                line: Some((place.path.clone(), place.position.line)),
            };
            self.add(Waiver::new(&text, at), &place);
        }
    }

    fn add(&mut self, waiver: Result<Waiver, String>, place: &Place) {
        match waiver {
            Ok(waiver) => self.waivers.push(waiver),
            Err(message) => {
                let class = FindingClass::WaiverInvalid;
                self.faults.push(waiver_finding(class, place, message));
            }
        }
    }
}

/// A path of the workspace as a service calls it.
fn inside<'p>(index: &Index, path: &'p str) -> Option<&'p str> {
    match &*index.service.path {
        "" => Some(path),
        root => path.strip_prefix(root)?.strip_prefix('/'),
    }
}

/// What an annotation speaks of, from the workspace's root.
fn place_of(index: &Index, annotation: &FileAnnotation) -> Option<Place> {
    let file = index.files.get(annotation.site.file.0 as usize)?;
    let path = match &*index.service.path {
        "" => file.path.clone(),
        root => format!("{root}/{}", file.path).into(),
    };
    Some(Place {
        service: index.service.name.clone(),
        path,
        position: annotation.target,
        ..Place::default()
    })
}

fn policy(known: &Known, config: PolicyConfig) -> Result<Policy, Failure> {
    for (number, rule) in config.rules.iter().enumerate() {
        if let Err(error) = Policy::new(vec![rule.clone()]) {
            return Err(known
                .workspace
                .rule_error(number, &error.to_string())
                .into());
        }
    }
    Ok(Policy::new(config.rules)?)
}
