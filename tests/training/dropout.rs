//! Dropout: its share, its independence, its places.

use vitpad::model::Dropout;

fn factors(dropout: Dropout, count: usize) -> Vec<f32> {
    let mut values = vec![1.0; count];
    dropout.apply(&mut values, 0, 1);
    values
}

#[test]
fn drops_its_share_and_keeps_the_mean() {
    for probability in [0.001, 0.1, 0.5, 0.9] {
        let count = 1_000_000;
        let found = factors(Dropout::new(probability, 7), count);
        let dropped = found.iter().filter(|x| **x == 0.0).count() as f64;
        let expected = probability * count as f64;
        let deviation = (expected * (1.0 - probability)).sqrt();
        assert!(
            (dropped - expected).abs() < 4.0 * deviation,
            "{dropped} of {count} at {probability}"
        );
        let kept = found.iter().copied().fold(0.0, f32::max);
        assert_eq!(kept, (1.0 / (1.0 - probability)) as f32);
    }
}

#[test]
fn places_and_seeds_choose_independently() {
    let dropout = Dropout::new(0.5, 7);
    let one = factors(dropout.at(1), 100_000);
    for other in [dropout.at(2), Dropout::new(0.5, 8).at(1)] {
        let other = factors(other, 100_000);
        let same = one.iter().zip(&other).filter(|(a, b)| a == b).count();
        assert!((49_000..51_000).contains(&same), "{same} of 100000 agree");
    }
    assert_eq!(one, factors(dropout.at(1), 100_000));
}

#[test]
fn a_step_picks_every_so_many_of_all_positions() {
    let dropout = Dropout::new(0.5, 7);
    let all = factors(dropout, 100);
    let mut some = vec![1.0; 9];
    dropout.apply(&mut some, 3, 10);
    let expected: Vec<f32> = all.into_iter().skip(3).step_by(10).take(9).collect();
    assert_eq!(some, expected);
}

#[test]
fn none_changes_nothing() {
    assert_eq!(factors(Dropout::NONE.at(3), 4), [1.0; 4]);
    assert!(Dropout::new(0.0, 7).at(1).is_none());
}
