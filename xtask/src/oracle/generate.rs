//! Random statements over the fixtures' schema. Most are valid; the server says which.

/// A generator of numbers that is the same everywhere (xorshift).
pub struct Dice(u64);

/// Tables with columns that hold text or numbers, so that most comparisons have types that fit.
const TABLES: &[(&str, &[&str], &[&str])] = &[
    ("person", &["id", "boss_id"], &["name", "email"]),
    ("account", &["id", "person_id"], &["kind"]),
    ("transfer", &["source_id", "target_id"], &["note"]),
    ("label", &["id"], &["word", "colour"]),
    ("gone", &["person_id"], &["email", "reason"]),
    ("person_label", &["person_id", "label_id"], &[]),
    ("parcel", &["id", "width", "area"], &["note"]),
    ("adult", &["id"], &["name", "email"]),
    ("rich", &["id", "person_id"], &["owner"]),
    ("truck", &["id", "wheels"], &["maker"]),
];

/// What a query sees.
#[derive(Clone, Default)]
struct Scope {
    numbers: Vec<String>,
    texts: Vec<String>,
}

impl Dice {
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// A number below `sides`.
    pub fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % sides.max(1) as u64) as usize
    }

    fn pick<'a, T>(&mut self, list: &'a [T]) -> Option<&'a T> {
        if list.is_empty() {
            None
        } else {
            list.get(self.roll(list.len()))
        }
    }

    /// One statement.
    pub fn statement(&mut self) -> String {
        match self.roll(12) {
            0 => self.insert(),
            1 => self.update(),
            2 => self.delete(),
            3 | 4 => self.with(),
            5 => format!(
                "{} UNION ALL {}",
                self.select(&Scope::default(), 2, Some(1)),
                self.select(&Scope::default(), 2, Some(1))
            ),
            _ => self.select(&Scope::default(), 3, None),
        }
    }

    fn with(&mut self) -> String {
        let body = if self.roll(3) == 0 {
            "SELECT * FROM label".to_owned()
        } else {
            "SELECT id, word FROM label WHERE colour IS NOT NULL".to_owned()
        };
        let outer = [
            "SELECT word FROM q",
            "SELECT * FROM q",
            "SELECT count(*) FROM q WHERE id > 1",
            "SELECT q.word, person.name FROM q JOIN person USING (id)",
            "DELETE FROM gone USING q WHERE q.id = person_id",
            "UPDATE person SET name = q.word FROM q WHERE q.id = person.id",
        ];
        let outer = self.pick(&outer).copied().unwrap_or_default();
        format!("WITH q AS ({body}) {outer}")
    }

    fn insert(&mut self) -> String {
        let source = self.select(&Scope::default(), 1, Some(2));
        match self.roll(3) {
            0 => format!(
                "INSERT INTO person_label (person_id, label_id) {}",
                self.select(&Scope::default(), 1, Some(2))
            ),
            1 => format!(
                "INSERT INTO person_label {source} ON CONFLICT (person_id, label_id) DO UPDATE SET since = excluded.since RETURNING *"
            ),
            _ => format!("INSERT INTO person_label {source} RETURNING label_id"),
        }
    }

    fn update(&mut self) -> String {
        let scope = Scope {
            numbers: vec!["id".into(), "person.boss_id".into()],
            texts: vec!["name".into(), "person.email".into()],
        };
        let condition = self.condition(&scope, 2);
        format!(
            "UPDATE person SET name = {}, boss_id = boss_id + 1 WHERE {condition} RETURNING {}",
            self.text(&scope),
            if self.roll(2) == 0 { "*" } else { "id" }
        )
    }

    fn delete(&mut self) -> String {
        let scope = Scope {
            numbers: vec!["person_id".into(), "gone.person_id".into()],
            texts: vec!["email".into(), "reason".into()],
        };
        format!("DELETE FROM gone WHERE {}", self.condition(&scope, 3))
    }

    /// A query; with `width`, of that many number columns.
    fn select(&mut self, outer: &Scope, depth: usize, width: Option<usize>) -> String {
        let mut scope = Scope::default();
        let mut from = String::new();
        for at in 0..=self.roll(3) {
            self.source(at, &mut from, &mut scope, outer, depth);
        }
        let mut all = scope.clone();
        all.numbers.extend(outer.numbers.iter().cloned());
        all.texts.extend(outer.texts.iter().cloned());
        let items = match width {
            Some(width) => (0..width)
                .map(|_| self.number(&all))
                .collect::<Vec<_>>()
                .join(", "),
            None => self.items(&all),
        };
        let mut sql = format!("SELECT {items} FROM {from}");
        if self.roll(3) > 0 {
            sql.push_str(&format!(" WHERE {}", self.condition(&all, depth)));
        }
        if width.is_none() && self.roll(4) == 0 {
            sql.push_str(&format!(" ORDER BY {}", self.text(&scope)));
        }
        sql
    }

    fn items(&mut self, scope: &Scope) -> String {
        let items = (0..=self.roll(3)).map(|at| match self.roll(6) {
            0 => "*".to_owned(),
            1 => format!("lower({}) AS c{at}", self.text(scope)),
            2 => format!("t0 AS row{at}"),
            3 => "t0.*".to_owned(),
            4 => self.text(scope),
            _ => format!("{} AS email", self.number(scope)),
        });
        items.collect::<Vec<_>>().join(", ")
    }

    fn source(
        &mut self,
        at: usize,
        from: &mut String,
        scope: &mut Scope,
        outer: &Scope,
        depth: usize,
    ) {
        let Some((table, numbers, texts)) = self.pick(TABLES).copied() else {
            return;
        };
        let alias = format!("t{at}");
        let bare = self.roll(3) == 0;
        let name = |column: &str| {
            if bare {
                column.to_owned()
            } else {
                format!("{alias}.{column}")
            }
        };
        let derived = depth > 0 && self.roll(5) == 0;
        let lateral = at > 0 && self.roll(2) == 0;
        let relation = if derived {
            let inner = if lateral {
                self.condition(scope, 0)
            } else {
                self.condition(outer, 0)
            };
            format!(
                "{}(SELECT * FROM {table} WHERE {inner}) {alias}",
                if lateral { "LATERAL " } else { "" }
            )
        } else {
            format!("{table} {alias}")
        };
        let before = scope.clone();
        scope
            .numbers
            .extend(numbers.iter().map(|column| name(column)));
        scope.texts.extend(texts.iter().map(|column| name(column)));
        if at == 0 {
            from.push_str(&relation);
        } else if self.roll(3) == 0 {
            from.push_str(&format!(", {relation}"));
        } else {
            let (left, right) = (
                self.number(&before),
                numbers
                    .first()
                    .map_or("1".to_owned(), |column| format!("{alias}.{column}")),
            );
            from.push_str(&format!(" JOIN {relation} ON {left} = {right}"));
        }
    }

    fn number(&mut self, scope: &Scope) -> String {
        self.pick(&scope.numbers)
            .cloned()
            .unwrap_or_else(|| "1".to_owned())
    }

    fn text(&mut self, scope: &Scope) -> String {
        self.pick(&scope.texts)
            .cloned()
            .unwrap_or_else(|| "'x'".to_owned())
    }

    fn condition(&mut self, scope: &Scope, depth: usize) -> String {
        let simple = match self.roll(4) {
            0 => format!("{} = {}", self.number(scope), self.number(scope)),
            1 => format!("{} LIKE 'a%'", self.text(scope)),
            2 => format!("{} IS NOT NULL", self.text(scope)),
            _ => format!(
                "{} BETWEEN 1 AND {}",
                self.number(scope),
                self.number(scope)
            ),
        };
        if depth == 0 {
            return simple;
        }
        match self.roll(5) {
            0 => format!(
                "{simple} AND {} IN ({})",
                self.number(scope),
                self.select(scope, depth - 1, Some(1))
            ),
            1 => format!(
                "EXISTS ({}) OR {simple}",
                self.select(scope, depth - 1, None)
            ),
            2 => format!("person_id IN (SELECT person_id FROM gone WHERE {simple})"),
            _ => simple,
        }
    }
}
