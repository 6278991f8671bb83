//! What CSV looks like, plain and gzipped.

use gigacost_engine::Blocks;
use gigacost_engine::write::{Format, Options};
use proptest::prelude::*;

use crate::read_back::{parse, written};
use crate::samples::{columns, large, texts};
use crate::tables::{Given, Table};

proptest! {
    #![proptest_config(ProptestConfig { cases: 200, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_text_survives_csv(
        texts in proptest::collection::vec("[\\PC\n\r\t,\"'=+@-]{0,40}", 1..20),
        safe in any::<bool>(),
        alone in any::<bool>(),
    ) {
        let codes = (0..texts.len() as i32).collect();
        let mut columns = vec![("=name, \"quoted\"".to_owned(), Given::Labels(0, codes, texts.clone()))];
        if !alone {
            columns.push(("n".to_owned(), Given::Nullable(vec![], vec![None])));
        }
        let table = Table { sizes: vec![texts.len() as u64], columns, keep: None };
        let options = Options { csv_safe: safe, ..Options::default() };
        let bytes = written(&table, Format::Csv, Blocks::default(), None, &options);
        let records = parse(std::str::from_utf8(&bytes).unwrap());
        let expected = |text: &str| {
            let formula = matches!(text.chars().next(), Some('=' | '+' | '-' | '@' | '\t' | '\r'));
            if safe && formula { format!("'{text}") } else { text.to_owned() }
        };
        prop_assert_eq!(&records[0][0], &expected("=name, \"quoted\""));
        prop_assert_eq!(records.len(), texts.len() + 1);
        for (record, text) in records[1..].iter().zip(&texts) {
            prop_assert_eq!(record.len(), if alone { 1 } else { 2 });
            prop_assert_eq!(&record[0], &expected(text));
        }
    }
}

#[test]
fn csv_looks_like_this() {
    let all = vec![0];
    let table = columns(vec![
        ("chips", Given::Integers(0, vec![1, -2, 3, 0])),
        ("hardware", Given::Labels(0, vec![0, 5, 2, 1], texts())),
        (
            "hours",
            Given::Numbers(all.clone(), vec![1.0, 1e16, 2.5e-7, -0.5]),
        ),
        (
            "cost",
            Given::Nullable(all, vec![Some(0.1), None, Some(1e15), Some(-0.0)]),
        ),
    ]);
    for dictionary_values in [0, 1 << 16] {
        let options = Options {
            dictionary_values,
            ..Options::default()
        };
        let bytes = written(&table, Format::Csv, Blocks::default(), None, &options);
        assert_eq!(
            String::from_utf8(bytes).unwrap(),
            "chips,hardware,hours,cost\n\
             1,h100-sxm,1.0,0.1\n\
             -2,'=1+1,1e+16,\n\
             3,\"a,b\",2.5e-7,1000000000000000.0\n\
             0,\"\",-0.5,0.0\n"
        );
    }
}

#[test]
fn a_null_alone_on_its_line_is_not_an_empty_line() {
    let table = columns(vec![("x", Given::Nullable(vec![0], vec![Some(1.5), None]))]);
    for dictionary_values in [0, 1 << 16] {
        let options = Options {
            dictionary_values,
            ..Options::default()
        };
        let bytes = written(&table, Format::Csv, Blocks::default(), None, &options);
        assert_eq!(bytes, b"x\n1.5\n\"\"\n");
    }
}

#[test]
fn gzip_members_name_no_time_and_no_system() {
    let bytes = written(
        &large(),
        Format::CsvGz,
        Blocks::default(),
        Some(10),
        &Options::default(),
    );
    assert_eq!(bytes[4..8], [0; 4]);
    assert_eq!(bytes[9], 255);
}
