"""Models of sequences: which token comes next, or how a series goes on."""

import bench

MODELS = (
    bench.ModelInfo(
        "transformer",
        "bench_models.sequences.transformer:Transformer",
        task=("language-modelling", "forecasting"),
        summary="Self-attention and feed-forward blocks in any order, such as PAR's: the next token, or a forecast.",
        source="Mandava, Migacz, Florea (2020), Pay Attention When Required, arXiv 2009.04534; Vaswani et al. (2017)",
    ),
    bench.ModelInfo(
        "par-search",
        "bench_models.sequences.par_search:ParSearch",
        task="language-modelling",
        summary="Searches which blocks of a transformer have to attend, then trains what it has found.",
        source="Mandava, Migacz, Florea (2020), Pay Attention When Required, arXiv 2009.04534, section 3",
    ),
    bench.ModelInfo(
        "rnn",
        "bench_models.sequences.rnn:RNN",
        task=("language-modelling", "forecasting"),
        summary="Recurrent layers, LSTM or GRU: the next token, or a forecast.",
        source="Mikolov et al. (2010), Interspeech, 1045-1048; Zaremba, Sutskever, Vinyals (2014), arXiv 1409.2329",
    ),
    bench.ModelInfo(
        "ngram",
        "bench_models.sequences.ngram:NGram",
        task="language-modelling",
        summary="Counts of what followed the same few tokens, smoothed: what others have to be better than.",
        source="Chen & Goodman (1999), Computer Speech & Language 13, 359-394",
    ),
)
