#pragma once

#include <torch/distributions.h>
#include <torch/nn.h>

#include <cstdint>
#include <optional>

#include "digits.h"

namespace example {

/// A variational autoencoder of digits (vae.cpp).
struct VaeImpl : torch::nn::Module {
  using Tensor = torch::Tensor;
  using Independent = torch::distributions::Independent;
  using Normal = torch::distributions::Normal;
  using Binomial = torch::distributions::Binomial;

  static constexpr int64_t kLatent = 8;
  static constexpr int64_t kHidden = 256;
  static constexpr double kDropout = 0.1;

  VaeImpl() {
    register_module("encoder", encoder);
    register_module("decoder", decoder);
  }

  static torch::nn::Sequential network(int64_t inputs, int64_t outputs) {
    namespace nn = torch::nn;
    return nn::Sequential(nn::Linear(inputs, kHidden), nn::SiLU(), nn::Dropout(kDropout),
                          nn::Linear(kHidden, kHidden), nn::SiLU(), nn::Dropout(kDropout),
                          nn::Linear(kHidden, outputs));
  }

  /// p(z).
  static Independent prior(torch::Device device) {
    return {Normal(torch::zeros({kLatent}, device), 1.0), 1};
  }

  /// q(z | x).
  Independent encode(const Tensor& images) {
    const auto parameters = encoder->forward(images / Digits::kMaxCount).chunk(2, -1);
    return {Normal(parameters[0], parameters[1].exp()), 1};
  }

  /// p(x | z).
  Independent decode(const Tensor& latent) {
    return {Binomial(Digits::kMaxCount, {.logits = decoder->forward(latent)}), 1};
  }

  /// The evidence lower bound of each image in nats, estimated without bias from one sample.
  Tensor elbo(const Tensor& images, const std::optional<torch::Generator>& random = {}) {
    const Independent posterior = encode(images);
    const Tensor log_likelihood = decode(posterior.rsample({}, random)).log_prob(images);
    return log_likelihood - torch::distributions::kl_divergence(posterior, prior(images.device()));
  }

  torch::nn::Sequential encoder = network(Digits::kPixels, 2 * kLatent);
  torch::nn::Sequential decoder = network(kLatent, Digits::kPixels);
};
TORCH_MODULE(Vae);

}  // namespace example
