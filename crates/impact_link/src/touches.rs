//! What one unit of code touches, each once, in the order in which it was found.

use crate::effect::Touch;
use foldhash::fast::FixedState;
use hashbrown::HashTable;
use std::hash::BuildHasher;

/// Touches without repeats.
#[derive(Debug, Clone, Default)]
pub struct Touches {
    all: Vec<Touch>,
    /// Their positions, by site, table and column. Empty while nothing is added.
    at: HashTable<u32>,
}

impl Touches {
    /// All of them.
    #[must_use]
    pub fn as_slice(&self) -> &[Touch] {
        &self.all
    }

    /// Those from a position on, to be changed, but for their sites and columns.
    pub fn since(&mut self, first: usize) -> &mut [Touch] {
        self.all.get_mut(first..).unwrap_or_default()
    }

    /// Adds a touch, unless it is there.
    pub fn add(&mut self, touch: Touch) {
        if self.at.is_empty() {
            self.index();
        }
        let all = &self.all;
        let is_same = |at: &u32| all.get(*at as usize) == Some(&touch);
        let key = key(&touch);
        if self.at.find(key, is_same).is_none() {
            let hasher = |at: &u32| all.get(*at as usize).map_or(0, self::key);
            self.at.insert_unique(key, all.len() as u32, hasher);
            self.all.push(touch);
        }
    }

    /// Takes those from a position on away.
    pub fn take_since(&mut self, first: usize) -> Vec<Touch> {
        let taken = self.all.split_off(first.min(self.all.len()));
        self.at.retain(|at| (*at as usize) < first);
        taken
    }

    /// Ends the adding for now.
    pub fn rest(&mut self) {
        self.at = HashTable::new();
        self.all.shrink_to_fit();
    }

    fn index(&mut self) {
        for (at, touch) in (0..).zip(&self.all) {
            let hasher = |at: &u32| self.all.get(*at as usize).map_or(0, key);
            self.at.insert_unique(key(touch), at, hasher);
        }
    }
}

impl PartialEq for Touches {
    fn eq(&self, other: &Self) -> bool {
        self.all == other.all
    }
}

impl Eq for Touches {}

fn key(touch: &Touch) -> u64 {
    FixedState::default().hash_one((touch.site, &touch.table, &touch.column))
}
