//! Which operation comes before which (RFC 7644 §3.7.1, §3.7.2).

use std::collections::HashMap;

use super::operation::Operation;

/// The operations' indexes, those that refer to each other in a circle together, all others alone. What is referred to comes
/// first; apart from that they stay as they came.
pub(super) fn circles(operations: &[Operation]) -> Vec<Vec<usize>> {
    let references = references(operations);
    let order = referred_first(&references);
    let circle_of = number(&order, &references);
    let mut size: HashMap<usize, usize> = HashMap::new();
    for circle in &circle_of {
        *size.entry(*circle).or_default() += 1;
    }
    let mut growing: HashMap<usize, Vec<usize>> = HashMap::new();
    let mut circles = Vec::new();
    for index in order {
        let Some(circle) = circle_of.get(index) else {
            continue;
        };
        let members = growing.entry(*circle).or_default();
        members.push(index);
        if Some(&members.len()) == size.get(circle) {
            let mut members = std::mem::take(members);
            members.sort_unstable();
            circles.push(members);
        }
    }
    circles
}

/// For each operation those whose creations it refers to.
fn references(operations: &[Operation]) -> Vec<Vec<usize>> {
    let makers: HashMap<&str, usize> = operations
        .iter()
        .enumerate()
        .filter_map(|(index, operation)| Some((operation.makes()?, index)))
        .collect();
    operations
        .iter()
        .map(|operation| {
            let ids = operation.references.iter();
            ids.filter_map(|id| makers.get(id.as_str()).copied()).collect()
        })
        .collect()
}

/// Every index after those it refers to, except in circles, where the one met first comes last.
fn referred_first(references: &[Vec<usize>]) -> Vec<usize> {
    let mut entered = vec![false; references.len()];
    let mut order = Vec::with_capacity(references.len());
    for start in 0..references.len() {
        // Depth first without recursion: what is left behind waits on the stack until all it refers to is placed.
        let mut stack = vec![(start, false)];
        while let Some((index, ready)) = stack.pop() {
            if ready {
                order.push(index);
                continue;
            }
            match entered.get_mut(index) {
                Some(entered) if !*entered => *entered = true,
                _ => continue,
            }
            stack.push((index, true));
            let next = references.get(index).into_iter().flatten().rev();
            stack.extend(next.map(|next| (*next, false)));
        }
    }
    order
}

/// The circle of each index (Kosaraju's algorithm): walked against the references, from the last of the order on, what can
/// still be reached belongs together.
fn number(order: &[usize], references: &[Vec<usize>]) -> Vec<usize> {
    let mut referrers = vec![Vec::new(); references.len()];
    for (index, targets) in references.iter().enumerate() {
        for target in targets {
            if let Some(referrers) = referrers.get_mut(*target) {
                referrers.push(index);
            }
        }
    }
    let mut circles: Vec<Option<usize>> = vec![None; references.len()];
    for start in order.iter().rev() {
        let mut stack = vec![*start];
        while let Some(index) = stack.pop() {
            if let Some(circle @ None) = circles.get_mut(index) {
                *circle = Some(*start);
                stack.extend(referrers.get(index).into_iter().flatten());
            }
        }
    }
    circles.into_iter().map(Option::unwrap_or_default).collect()
}
