"""For authors of plug-ins: of each kind of thing the decorator that adds one, and the class that it is."""

from protokit.collect.source import SOURCES as _SOURCES
from protokit.collect.source import Source as Source
from protokit.collect.step import STEPS as _STEPS
from protokit.collect.step import Step as Step
from protokit.evaluate.audit.check import CHECKS as _CHECKS
from protokit.evaluate.audit.check import SERIES_CHECKS as _SERIES_CHECKS
from protokit.evaluate.audit.check import Check as Check
from protokit.evaluate.audit.check import SeriesCheck as SeriesCheck
from protokit.evaluate.baselines.baseline import BASELINES as _BASELINES
from protokit.evaluate.baselines.baseline import Baseline as Baseline
from protokit.evaluate.doctor.rule import RULES as _RULES
from protokit.evaluate.doctor.rule import Rule as Rule
from protokit.evaluate.metrics.metric import Metric as Metric
from protokit.evaluate.metrics.own import metric as metric
from protokit.learn.engine import ENGINES as _ENGINES
from protokit.learn.engine import Engine as Engine
from protokit.learn.hooks.after_epoch import after_epoch as after_epoch
from protokit.learn.hooks.callback import callback as callback
from protokit.learn.hooks.work.epoch_end import EpochEnd as EpochEnd
from protokit.learn.hooks.work.run_end import RunEnd as RunEnd
from protokit.learn.parts.loss import loss as loss
from protokit.learn.parts.optimizer import optimizer as optimizer
from protokit.learn.parts.schedule import schedule as schedule
from protokit.learn.parts.training_metric import training_metric as training_metric
from protokit.learn.steps.step import training_step as training_step
from protokit.menu.catalogue import register as _register
from protokit.menu.house_menu import HOUSE_MENUS as _HOUSE_MENUS
from protokit.menu.house_menu import HouseMenu as HouseMenu
from protokit.represent.kind import KINDS as _KINDS
from protokit.represent.kind import Kind as Kind
from protokit.represent.split_way import SPLITS as _SPLITS
from protokit.represent.split_way import SplitWay as SplitWay
from protokit.workflow.look.plot import PLOTS as _PLOTS
from protokit.workflow.look.plot import Plot as Plot

baseline = _BASELINES.add
check = _CHECKS.add
engine = _ENGINES.add
kind = _KINDS.add
layer = _register
menu = _HOUSE_MENUS.add
plot = _PLOTS.add
rule = _RULES.add
series_check = _SERIES_CHECKS.add
source = _SOURCES.add
split = _SPLITS.add
step = _STEPS.add
