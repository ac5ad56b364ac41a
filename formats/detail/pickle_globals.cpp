#include <algorithm>
#include <array>
#include <string_view>

#include <shikumi/formats/detail/pickle.hpp>

namespace shikumi::formats::detail {

namespace {

using Names = std::string_view;

// Modules that start programs, run code, open files and connections, or find any of these by name.
constexpr Names modules[] = {"os",
                             "posix",
                             "nt",
                             "ntpath",
                             "posixpath",
                             "subprocess",
                             "_posixsubprocess",
                             "sys",
                             "runpy",
                             "importlib",
                             "_frozen_importlib",
                             "_frozen_importlib_external",
                             "imp",
                             "pkgutil",
                             "zipimport",
                             "ctypes",
                             "_ctypes",
                             "socket",
                             "_socket",
                             "ssl",
                             "shutil",
                             "webbrowser",
                             "pty",
                             "tty",
                             "commands",
                             "popen2",
                             "code",
                             "codeop",
                             "pickle",
                             "_pickle",
                             "cPickle",
                             "marshal",
                             "shelve",
                             "dill",
                             "cloudpickle",
                             "joblib",
                             "operator",
                             "_operator",
                             "functools",
                             "_functools",
                             "itertools",
                             "timeit",
                             "profile",
                             "cProfile",
                             "pdb",
                             "bdb",
                             "trace",
                             "inspect",
                             "gc",
                             "asyncio",
                             "threading",
                             "_thread",
                             "thread",
                             "multiprocessing",
                             "concurrent",
                             "signal",
                             "atexit",
                             "platform",
                             "pip",
                             "ensurepip",
                             "venv",
                             "site",
                             "setuptools",
                             "distutils",
                             "urllib",
                             "urllib2",
                             "http",
                             "httplib",
                             "ftplib",
                             "smtplib",
                             "poplib",
                             "imaplib",
                             "telnetlib",
                             "nntplib",
                             "xmlrpc",
                             "requests",
                             "io",
                             "_io",
                             "tempfile",
                             "glob",
                             "fileinput",
                             "mmap",
                             "resource",
                             "getpass",
                             "ast",
                             "compileall",
                             "py_compile",
                             "doctest",
                             "unittest",
                             "pydoc",
                             "test",
                             "idlelib",
                             "lib2to3",
                             "nturl2path",
                             "winreg",
                             "_winreg",
                             "msvcrt",
                             "tkinter",
                             "turtle"};

// What PyTorch and NumPy have of the same kind.
constexpr Names parts[] = {"torch.hub",
                           "torch.utils.cpp_extension",
                           "torch.serialization",
                           "torch.package",
                           "torch.jit",
                           "torch._dynamo",
                           "torch._inductor",
                           "torch.utils.model_zoo",
                           "torch.ops",
                           "torch.distributed",
                           "torch.utils.collect_env",
                           "torch.utils._config_module",
                           "numpy.testing",
                           "numpy.distutils",
                           "numpy.f2py",
                           "numpy.lib.npyio"};

// All else that `builtins` has runs, reads or looks up something.
constexpr Names harmless_builtins[] = {
    "set",         "frozenset", "list",      "dict",           "tuple",     "int",
    "float",       "bool",      "str",       "bytes",          "bytearray", "complex",
    "object",      "slice",     "range",     "type",           "long",      "unicode",
    "xrange",      "NoneType",  "Ellipsis",  "NotImplemented", "property",  "staticmethod",
    "classmethod", "super",     "enumerate", "reversed",       "zip"};

// Of `types`: what makes code.
constexpr Names code_types[] = {"FunctionType",          "CodeType",   "LambdaType",   "MethodType",
                                "BuiltinFunctionType",   "ModuleType", "CellType",     "coroutine",
                                "DynamicClassAttribute", "new_class",  "prepare_class"};

template <std::size_t count>
bool among(Names name, const Names (&names)[count]) {
    return std::ranges::find(names, name) != std::end(names);
}

bool within(Names module, Names package) {
    return module == package || (module.starts_with(package) && module[package.size()] == '.');
}

}  // namespace

bool runs_code(Names module, Names name) noexcept {
    // What stands behind a dot is looked up in what stands before it.
    const Names first = name.substr(0, name.find('.'));
    if (module == "builtins" || module == "__builtin__" || module == "__builtins__")
        return first != name || !among(name, harmless_builtins);
    if (module == "types") return among(first, code_types);
    if (module == "torch")
        return first == "load" || first == "save" || first == "compile" || first == "hub" ||
               first == "ops" || first == "jit";
    if (module == "numpy")
        return first == "load" || first == "save" || first == "fromfile" || first == "memmap" ||
               first == "DataSource";
    if (name.find("__") != Names::npos && first != name) return true;  // dotted way into the depths
    return std::ranges::any_of(modules, [&](Names m) { return within(module, m); }) ||
           std::ranges::any_of(parts, [&](Names m) { return within(module, m); });
}

}  // namespace shikumi::formats::detail
