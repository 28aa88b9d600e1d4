"""What AWS's scikit-learn and XGBoost containers have, and what common packages bring along.

Import names. From `requirements.txt` of sagemaker-scikit-learn-container (0.20.0 to 1.2-1) and
sagemaker-xgboost-container (0.90 to 1.7-1), with what these depend on in turn; what only some releases
have is here too, so that a name that is missing is missing from all.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

_BOTH = frozenset({
    "boto3", "botocore", "certifi", "cffi", "chardet", "charset_normalizer", "click", "conda", "cryptography",
    "dateutil",
    "flask", "future", "gevent", "google", "greenlet", "gunicorn", "idna", "inotify_simple", "itsdangerous", "jinja2",
    "jmespath", "joblib", "markupsafe", "mlio", "mms", "model_archiver", "numpy", "nacl", "bcrypt", "pandas",
    "paramiko",
    "PIL", "pip", "pkg_resources", "psutil", "pyarrow", "pycparser", "pytz", "requests", "retrying", "ruamel",
    "s3transfer", "sagemaker_containers", "sagemaker_inference", "sagemaker_training", "scipy", "setuptools", "six",
    "sklearn", "threadpoolctl", "tqdm", "typing_extensions", "tzdata", "urllib3", "werkzeug", "wheel", "zope",
    "importlib_metadata", "importlib_resources", "zipp", "packaging", "protobuf", "enum_compat", "blinker", "attr",
    "yaml",
})  # fmt: skip

PREINSTALLED: Mapping[str, frozenset[str]] = {
    "sklearn": _BOTH | {"sagemaker_sklearn_container"},
    "sklearn-mme": _BOTH | {"sagemaker_sklearn_container"},
    "xgboost": _BOTH
    | {
        *("sagemaker_xgboost_container", "xgboost", "matplotlib", "cycler", "kiwisolver", "pyparsing", "mpl_toolkits"),
        *("dask", "dask_cuda", "distributed", "toolz", "tornado", "fsspec", "cloudpickle", "partd", "locket", "pynvml"),
        *(
            "smdebug",
            "pyinstrument",
            "graphviz",
            "cupy",
            "cudf",
            "rmm",
            "numba",
            "llvmlite",
            "zict",
            "heapdict",
            "tblib",
        ),
        *("sortedcontainers", "msgpack", "lz4", "contourpy", "fontTools"),
    },
}
PREINSTALLED = {**PREINSTALLED, "xgboost-mme": PREINSTALLED["xgboost"]}
"""By stack; a stack that is not here has no published list."""

_NUMBERS = "numpy scipy"
_TABLES = "numpy pandas dateutil pytz tzdata six"
_PLOTS = f"{_TABLES} matplotlib mpl_toolkits cycler kiwisolver pyparsing contourpy fontTools PIL packaging"
_LEARN = f"{_TABLES} {_NUMBERS} sklearn joblib threadpoolctl"
_WEB = "urllib3 idna certifi chardet charset_normalizer"
_AWS = "botocore s3transfer jmespath urllib3 dateutil six"

# The import names of a package and of all that it depends on. A package that is not here may bring anything.
_BRINGS: Mapping[str, str] = {
    **{
        name: name
        for name in ("cloudpickle", "dill", "emoji", "gunicorn", "joblib", "lxml", "networkx", "orjson", "pip")
    },
    **{
        name: name
        for name in ("psutil", "pymysql", "pytz", "redis", "regex", "setuptools", "simplejson", "six", "tabulate")
    },
    **{name: name for name in ("tqdm", "ujson", "unidecode", "wheel", "xlrd", "numpy", "threadpoolctl", "inflection")},
    "beautifulsoup4": "bs4 soupsieve typing_extensions",
    "boto3": f"boto3 {_AWS}",
    "botocore": f"botocore {_AWS}",
    "catboost": f"catboost {_PLOTS} {_NUMBERS} plotly graphviz tenacity",
    "category-encoders": f"category_encoders {_LEARN} statsmodels patsy packaging",
    "flask": "flask werkzeug jinja2 itsdangerous click markupsafe blinker importlib_metadata zipp",
    "ftfy": "ftfy wcwidth",
    "gensim": f"gensim {_NUMBERS} smart_open wrapt six",
    "imbalanced-learn": f"imblearn {_LEARN}",
    "lightgbm": f"lightgbm {_LEARN} wheel",
    "matplotlib": _PLOTS,
    "nltk": "nltk click joblib regex tqdm six",
    "opencv-python": "cv2 numpy",
    "opencv-python-headless": "cv2 numpy",
    "openpyxl": "openpyxl et_xmlfile",
    "pandas": _TABLES,
    "pillow": "PIL",
    "protobuf": "google",
    "psycopg2-binary": "psycopg2",
    "pyarrow": "pyarrow numpy",
    "python-dateutil": "dateutil six",
    "python-dotenv": "dotenv",
    "pyyaml": "yaml",
    "requests": f"requests {_WEB}",
    "scikit-learn": _LEARN,
    "scipy": _NUMBERS,
    "seaborn": f"seaborn {_PLOTS} {_NUMBERS}",
    "sqlalchemy": "sqlalchemy greenlet typing_extensions",
    "statsmodels": f"statsmodels {_TABLES} {_NUMBERS} patsy packaging",
    "textblob": "textblob nltk click joblib regex tqdm six",
    "xgboost": f"xgboost {_NUMBERS} nvidia",
}


def brought(packages: Iterable[str]) -> frozenset[str] | None:
    """Return the import names that packages bring, None where that is not known of one of them."""
    names: set[str] = set()
    for package in packages:
        if package not in _BRINGS:
            return None
        names.update(_BRINGS[package].split())
    return frozenset(names)
