"""For authors of plug-ins: of each kind of thing the decorator that adds one, and the class that it is.

| kind | decorator | class | where a recipe names it |
|---|---|---|---|
| source of tables | `source` | `Source` | `collect.tables` |
| step of cleaning | `step` | `Step` | `collect.clean` |
| kind of column | `kind` | `Kind` | `represent.columns` |
| way to split | `split` | `SplitWay` | `represent.split.by` |
| house menu | `menu` | `HouseMenu` | `learn.menu` |
| layer | `layer` | a `keras.layers.Layer` | in a menu |
| loss | `loss(task=...)` | a function, or a `keras.losses.Loss` | `learn.loss` |
| training metric | `training_metric` | a function, or a `keras.metrics.Metric` | `learn.metrics` |
| optimizer | `optimizer` | a `keras.optimizers.Optimizer` | `learn.optimizer` |
| schedule | `schedule` | a function, or a Keras `LearningRateSchedule` | `learn.schedule` |
| hook after an epoch | `after_epoch` | a function, or a class whose objects are called | `learn.after_epoch` |
| callback | `callback` | a `keras.callbacks.Callback` | `learn.callbacks` |
| training step | `training_step` | a `keras.Model` with its own `train_step` | `learn.training_step` |
| engine | `engine` | `Engine` | `learn.engine` |
| metric | `metric` | `Metric` | `evaluate.metrics` |
| baseline | `baseline` | `Baseline` | `evaluate.baselines` |
| check of the audit | `check` | `Check` | nowhere: it runs in every audit |
| check of series | `series_check` | `SeriesCheck` | nowhere: it runs in every audit of a forecast |
| rule of the doctor | `rule` | `Rule` | nowhere: it runs in every diagnosis |
| plot | `plot` | `Plot` | nowhere: `run.plot.NAME` |

A thing is one class in a module of your package. Name the module in your `pyproject.toml`, and protokit finds it:

    [project.entry-points."protokit.plugins"]
    step = "your_package.steps"
    layer = "your_package.layers"

An entry point named for a kind, as in the table, is imported only when a thing of that kind is looked for (`layer.two`
is a second one for layers); one of any other name, whenever any thing is. So name it for what stands in the module.

The functions of `protokit.testing` say what a thing of each kind has to do: call them in your tests.
"""

from __future__ import annotations

from protokit.core.libraries.lazy import lazily

__getattr__, __dir__, __all__ = lazily(__name__, __file__)  # the names stand in plugins.pyi
