#include "families.h"

#include <ATen/ATen.h>

#include <utility>

#include "entries.h"

namespace bench {

Input between(double low, double high, std::vector<int64_t> event) {
  return {[=](Tensor& t) { t.uniform_(low, high); }, std::move(event)};
}

Tensor repeated(const Tensor& parameter, int64_t count) {
  if (count == 0) return parameter;
  auto sizes = parameter.sizes().vec();
  sizes.insert(sizes.begin(), count);
  return parameter.expand(sizes);
}

Tensor uniform_noise(const Tensor& parameter, int64_t count) {
  return at::rand(repeated(parameter, count).sizes(), parameter.options());
}

Tensor exponential_noise(const Tensor& parameter, int64_t count) {
  return at::empty(repeated(parameter, count).sizes(), parameter.options()).exponential_();
}

Tensor normal_log_prob(const Tensor& x, const Tensors& p) {
  return -(x - p[0]).square() / (2 * p[1].square()) - p[1].log() - kLogSqrtTwoPi;
}
Tensor normal_sample(const Tensors& p, int64_t count) {
  return at::normal(repeated(p[0], count), repeated(p[1], count));
}
Tensor normal_entropy(const Tensors& p) { return 0.5 + kLogSqrtTwoPi + p[1].log(); }
Tensor normal_kl(const Tensors& p, const Tensors& q) {
  const Tensor ratio = (p[1] / q[1]).square();
  return 0.5 * (ratio + ((p[0] - q[0]) / q[1]).square() - 1 - ratio.log());
}

Tensors normalized(const Tensors& p) {
  Tensors result = p;
  result[0] = at::log_softmax(p[0], -1);
  return result;
}
Tensor categorical_sample(const Tensors& p, int64_t count) {
  const Tensor probs = p[0].exp();
  if (count != 0) return at::multinomial(probs, count, /*replacement=*/true);
  return at::multinomial(probs, 1, /*replacement=*/true).squeeze(-1);
}

const std::vector<Family>& families() {
  static const std::vector<Family> all = [] {
    std::vector<Family> result;
    for (const auto& part : {continuous_families(), discrete_families(), vector_families()}) {
      result.insert(result.end(), part.begin(), part.end());
    }
    return result;
  }();
  return all;
}

}  // namespace bench
