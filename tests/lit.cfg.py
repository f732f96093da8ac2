# lit configuration: which files are tests and what the %names in their RUN lines stand for.
import os
import shutil

import lit.formats

root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
build = os.environ.get("SELKIRK_BUILD", os.path.join(root, "build"))

config.name = "selkirk"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".test", ".s", ".txt"]
# `make test` leaves out what takes minutes; `make test-long` names its directory.
config.excludes = ["Inputs", "long"]
config.test_source_root = os.path.join(root, "tests")
config.test_exec_root = os.path.join(build, "tests", "out")

# FileCheck, not, count
config.environment["PATH"] = "/usr/lib/llvm-14/bin:" + config.environment["PATH"]
config.environment["LC_ALL"] = "C"
config.environment["NO_COLOR"] = "1"
for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS"):
    if name in os.environ:
        config.environment[name] = os.environ[name]

# The second compiler is not among what `make deps` installs.
if shutil.which("clang"):
    config.available_features.add("clang")

# A test that hangs is a failed test: the simulator gets a limit on host time (lit's own needs a
# module that Debian's python3 does not come with).
# Sanitizers slow it down.
seconds = os.environ.get("SELKIRK_TEST_SECONDS",
                         "1500" if os.path.basename(build.rstrip("/")) == "san" else "200")
config.environment["SELKIRK_TEST_SECONDS"] = seconds
limit = "timeout " + seconds + " "
# SELKIRK_ENGINE=check: every run that doesn't ask for another engine is made by both, in lockstep.
engine = os.environ.get("SELKIRK_ENGINE")
engine = " --engine " + engine if engine else ""
for program in ("vliw-as", "vliw-objdump", "vliw-sim", "vliw-cc", "vliw-ld", "vliw-mkimage"):
    path = os.path.join(build, "bin", program)
    config.substitutions.append(("%" + program, limit + path + engine if program == "vliw-sim" else path))
config.substitutions += [
    ("%FileCheck", "FileCheck --dump-input-filter=error"),
    ("%build", build),
    ("%root", root),
]
