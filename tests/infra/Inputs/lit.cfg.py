# A suite of its own, for run.test: one test that passes, one that fails, one that can't run here.
import os

import lit.formats

config.name = "inputs"
config.test_format = lit.formats.ShTest()
config.suffixes = [".test"]
config.test_source_root = os.path.dirname(os.path.abspath(__file__))
config.test_exec_root = os.path.join(os.environ["SELKIRK_BUILD"], "out")
