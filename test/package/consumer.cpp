#include <torch/distributions.h>

#include <cmath>
#include <iostream>

namespace dist = torch::distributions;

int main() {
  const dist::Normal p(0.0, 1.0), q(1.0, 1.0);
  const double kl = dist::kl_divergence(p, q).item<double>();
  const double positive =
      dist::biject_to(dist::constraints::positive)(torch::zeros({})).item<double>();
  std::cout << p << ": KL " << kl << ", biject_to(positive)(0) = " << positive << '\n';
  return std::abs(kl - 0.5) < 1e-6 && std::abs(positive - 1.0) < 1e-6 ? 0 : 1;
}
