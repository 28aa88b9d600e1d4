"""Never comes back, and ignores every signal that can be ignored."""
# ends as: SMC604 at a request: not answered
# ends as: SMC210: SIGHUP

import signal

for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM, signal.SIGALRM, signal.SIGUSR1):
    signal.signal(number, signal.SIG_IGN)


def model_fn(model_dir):
    return "model"


def predict_fn(data, model):
    while True:
        pass
