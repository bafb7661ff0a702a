//! Stages, their bases, and the values that hold in them.

use super::*;
use crate::dockerfile::BindingKind;

fn inputs(args: &[(&str, &str)]) -> BuildInputs {
    let args = args.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect();
    BuildInputs { args, ..BuildInputs::default() }
}

/// The value of `text` at the end of the last stage, and what it is missing.
fn expanded(source: &str, text: &str, inputs: &BuildInputs) -> (String, Vec<String>) {
    let dockerfile = Dockerfile::parse(source);
    let stages = Stages::of(&dockerfile, inputs);
    let last = stages.stages.last().unwrap();
    let expansion = stages.expand(last.index, last.instructions.len(), text).unwrap();
    (expansion.text, expansion.unset.into_iter().collect())
}

fn value(source: &str, text: &str) -> String {
    expanded(source, text, &BuildInputs::default()).0
}

#[test]
fn a_global_argument_reaches_a_stage_only_when_declared_again() {
    assert_eq!(expanded("ARG V=1\nFROM a\n", "$V", &inputs(&[])), (String::new(), vec!["V".to_owned()]));
    assert_eq!(value("ARG V=1\nFROM a\nARG V\n", "$V"), "1");
    assert_eq!(value("ARG V=1\nFROM a\nARG V=2\n", "$V"), "2");
}

#[test]
fn a_build_argument_overrides_defaults_where_the_name_is_declared() {
    let given = inputs(&[("V", "9")]);
    assert_eq!(expanded("FROM a\nARG V=1\n", "$V", &given).0, "9");
    assert_eq!(expanded("FROM a\n", "$V", &given).0, "");
    let dockerfile = Dockerfile::parse("ARG V=1\nFROM a:$V\n");
    let stages = Stages::of(&dockerfile, &given);
    assert_eq!(stages.stages[0].expanded.text, "a:9");
    assert_eq!(stages.global.last("V").unwrap().kind, BindingKind::BuildArgument);
}

#[test]
fn env_overrides_the_argument_before_it_and_lasts_into_stages_built_on_it() {
    assert_eq!(value("FROM a\nARG V=1\nENV V=2\n", "$V"), "2");
    assert_eq!(value("FROM a AS b\nARG W=3\nENV V=2\nFROM b\n", "$V$W"), "23");
    assert_eq!(value("FROM a AS b\nENV V=2\nFROM c\n", "$V"), "");
}

#[test]
fn pairs_of_one_env_do_not_see_each_other_but_arguments_of_one_arg_do() {
    assert_eq!(value("FROM a\nENV x=1\nENV x=2 y=$x\n", "$y"), "1");
    assert_eq!(value("FROM a\nARG x=2 y=$x\n", "$y"), "2");
}

#[test]
fn holes_are_named_through_all_values_built_on_them() {
    let (text, unset) = expanded("FROM a\nENV P=/opt:$PATH\nENV Q=$P\n", "${Q}", &inputs(&[]));
    assert_eq!((text.as_str(), unset), ("/opt:", vec!["PATH".to_owned()]));
}

#[test]
fn a_value_holds_from_the_next_instruction_on() {
    let dockerfile = Dockerfile::parse("FROM a\nENV V=1\nRUN x\nENV V=2\nRUN y\n");
    let stages = Stages::of(&dockerfile, &BuildInputs::default());
    let values: Vec<_> = (0..4).map(|index| stages.expand(0, index, "$V").unwrap().text).collect();
    assert_eq!(values, ["", "1", "1", "2"]);
    let binding = stages.binding(0, 1, "V").unwrap();
    assert_eq!(binding.written.as_ref().unwrap().span.text(&dockerfile.source), "1");
}

#[test]
fn platform_arguments_have_values_where_the_platform_is_known() {
    let source = "FROM --platform=$BUILDPLATFORM a AS b\nARG TARGETARCH\n";
    let known = BuildInputs { target_platform: Some("linux/arm64/v8".into()), ..BuildInputs::default() };
    assert_eq!(expanded(source, "$TARGETARCH", &known).0, "arm64");
    assert_eq!(expanded(source, "$TARGETARCH", &inputs(&[])).1, ["TARGETARCH"]);
    let dockerfile = Dockerfile::parse(source);
    let stages = Stages::of(&dockerfile, &known);
    let (word, expansion) = stages.stages[0].platform.as_ref().unwrap();
    assert_eq!(word.span.text(source), "$BUILDPLATFORM");
    assert!(expansion.unset.contains("BUILDPLATFORM"));
}

#[test]
fn bases_are_earlier_stages_nothing_or_images() {
    let source = "ARG T=1\nFROM a:$T AS One\nFROM one AS two\nFROM scratch\nFROM three AS three\nFROM ${X}\n";
    let dockerfile = Dockerfile::parse(source);
    let stages = Stages::of(&dockerfile, &BuildInputs::default());
    let bases: Vec<_> = stages.stages.iter().map(|stage| stage.base).collect();
    assert_eq!(
        bases,
        [StageBase::Image, StageBase::Stage(0), StageBase::Scratch, StageBase::Image, StageBase::Image]
    );
    assert_eq!(stages.stages[0].expanded.text, "a:1");
    assert_eq!(stages.stages[0].image.span.text(source), "a:$T");
    assert!(stages.stages[4].expanded.unset.contains("X"));
    assert_eq!(stages.find("TWO"), Some(1));
    assert_eq!(stages.copy_source("2"), CopySource::Stage(2));
    assert_eq!(stages.copy_source("example.org/tool:1"), CopySource::Image);
}

#[test]
fn a_chain_lists_what_ran_from_the_outer_base_to_the_target() {
    let source = "FROM a AS base\nRUN one\nONBUILD RUN three\nFROM x AS other\nRUN no\nFROM base\nCOPY --from=other y y\n";
    let dockerfile = Dockerfile::parse(source);
    let stages = Stages::of(&dockerfile, &BuildInputs::default());
    let chain = stages.chain(2);
    assert_eq!(chain.stages, [0, 2]);
    let steps: Vec<_> =
        chain.steps.iter().map(|step| (step.stage, step.index, step.instruction.lines.0)).collect();
    assert_eq!(steps, [(0, 0, 2), (0, 1, 3), (2, 0, 3), (2, 0, 7)]);
    assert!(chain.steps[2].trigger);
    assert_eq!(chain.steps[2].instruction.arguments.text().unwrap().text(), "three");
}

#[test]
fn what_the_builder_refuses_is_a_problem_and_the_rest_is_still_read() {
    let source = "RUN early\nFROM a b c d\nFROM x AS 1x\nFROM ${X:?needed}\nRUN y\n";
    let dockerfile = Dockerfile::parse(source);
    let stages = Stages::of(&dockerfile, &BuildInputs::default());
    assert_eq!(stages.problems.len(), 4);
    assert_eq!(stages.stages.len(), 3);
    assert_eq!(stages.stages[2].instructions.len(), 1);
}

#[test]
fn values_that_double_with_each_line_stay_bounded() {
    let mut source = String::from("FROM a\nENV A=xxxxxxxxxxxxxxxx\n");
    (0..200).for_each(|_| source.push_str("ENV A=$A$A\n"));
    assert!(value(&source, "$A").len() < 1 << 20);
}
