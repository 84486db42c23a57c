"""Models that learn a code from which they can reconstruct their input."""

import bench

MODELS = (
    bench.ModelInfo(
        "autoencoder",
        "bench_models.autoencoders.dense:DenseAutoencoder",
        task="reconstruction",
        summary="Fully connected layers to a code and back: linear, shallow or deep.",
        source="Rumelhart, Hinton, Williams (1986), Nature 323, 533-536; Chollet (2016), https://blog.keras.io",
    ),
    bench.ModelInfo(
        "stacked-autoencoder",
        "bench_models.autoencoders.stacked:StackedAutoencoder",
        task="reconstruction",
        summary="The deep one, trained layer by layer and then fine-tuned.",
        source="Bengio, Lamblin, Popovici, Larochelle (2007), NIPS 19, 153-160",
    ),
    bench.ModelInfo(
        "conv-autoencoder",
        "bench_models.autoencoders.conv_autoencoder:ConvAutoencoder",
        task="reconstruction",
        summary="Convolutions that halve the image; its code is a stack of small maps.",
        source="Masci, Meier, Ciresan, Schmidhuber (2011), ICANN, 52-59; Chollet (2016), https://blog.keras.io",
    ),
    bench.ModelInfo(
        "sequence-autoencoder",
        "bench_models.autoencoders.sequence:SequenceAutoencoder",
        task="reconstruction",
        summary="Recurrent: an image is a sequence of rows.",
        source="Srivastava, Mansimov, Salakhutdinov (2015), ICML, 843-852, arXiv 1502.04681",
    ),
    bench.ModelInfo(
        "denoising-autoencoder",
        "bench_models.autoencoders.denoising:DenoisingAutoencoder",
        task="reconstruction",
        summary="Makes clean inputs of noisy ones.",
        source="Vincent, Larochelle, Bengio, Manzagol (2008), ICML, 1096-1103",
    ),
    bench.ModelInfo(
        "sparse-autoencoder",
        "bench_models.autoencoders.sparse:SparseAutoencoder",
        task="reconstruction",
        summary="A penalty, L1 or KL, keeps the code small.",
        source="Ng (2011), CS294A lecture notes: Sparse autoencoder",
    ),
    bench.ModelInfo(
        "k-sparse-autoencoder",
        "bench_models.autoencoders.k_sparse:KSparseAutoencoder",
        task="reconstruction",
        summary="Keeps the k largest numbers of the code.",
        source="Makhzani, Frey (2013), arXiv 1312.5663",
    ),
    bench.ModelInfo(
        "contractive-autoencoder",
        "bench_models.autoencoders.contractive:ContractiveAutoencoder",
        task="reconstruction",
        summary="A penalty on the Jacobian makes the code change little with the input.",
        source="Rifai, Vincent, Muller, Glorot, Bengio (2011), ICML, 833-840",
    ),
    bench.ModelInfo(
        "vae",
        "bench_models.autoencoders.vae:VAE",
        task="generation",
        summary="A variational autoencoder with fully connected layers, of binary or real pixels.",
        source="Kingma & Welling (2014), Auto-Encoding Variational Bayes, arXiv 1312.6114",
    ),
    bench.ModelInfo(
        "conv-vae",
        "bench_models.autoencoders.conv_vae:ConvVAE",
        task="generation",
        summary="A variational autoencoder with convolutions that halve the image.",
        source="Kingma & Welling (2014), arXiv 1312.6114; Masci, Meier, Ciresan, Schmidhuber (2011), ICANN, 52-59",
    ),
)
