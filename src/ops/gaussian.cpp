#include "ops/gaussian.h"

#include <ATen/Dispatch.h>
#include <ATen/EmptyTensor.h>
#include <ATen/ExpandUtils.h>
#include <ATen/Functions.h>
#include <ATen/TensorOperators.h>
#include <ATen/core/grad_mode.h>
#include <torch/csrc/autograd/functions/utils.h>
#include <torch/csrc/autograd/saved_variable.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <string>
#include <type_traits>

#include "ops/autograd_node.h"
#include "ops/constants.h"
#include "ops/engine/engine.h"
#include "ops/parallel.h"

namespace torch::distributions::ops {
namespace {

namespace autograd = torch::autograd;

using at::Tensor;

// --- Composed -----------------------------------------------------------------------------------

/// Applies `function(factors, columns)`, of shapes `[m, n, n]` and `[m, n, c]`, to vectors of shape
/// `batch + [n]`, where the batch of `factor` broadcasts to `batch`: a factor meets all its vectors
/// at once, and none is copied for each.
template <class Function>
Tensor per_factor(const Tensor& factor, const Tensor& vectors, Function function) {
  const int64_t batch_dim = vectors.dim() - 1, n = vectors.size(-1);
  if (factor.dim() == 3 && batch_dim == 1 && factor.size(0) == vectors.size(0)) {
    return function(factor, vectors.unsqueeze(-1)).squeeze(-1);
  }
  const int64_t outer = batch_dim - (factor.dim() - 2);
  at::DimVector order, columns;
  for (int64_t d = 0; d < batch_dim; ++d) {
    const bool varies = d >= outer && factor.size(d - outer) != 1;
    (varies ? order : columns).push_back(d);
  }
  order.push_back(batch_dim);
  order.append(columns.begin(), columns.end());

  const Tensor arranged = vectors.permute(order);
  const int64_t factors = factor.numel() / std::max<int64_t>(n * n, 1);
  const Tensor result =
      function(factor.reshape({factors, n, n}), arranged.reshape({factors, n, -1}));
  at::DimVector inverse(order);
  for (std::size_t i = 0; i < order.size(); ++i)
    inverse[static_cast<std::size_t>(order[i])] = static_cast<int64_t>(i);
  return result.reshape(arranged.sizes()).permute(inverse);
}

Tensor solve(const Tensor& factor, const Tensor& vectors) {
  return per_factor(factor, vectors, [](const Tensor& factors, const Tensor& columns) {
    return at::linalg_solve_triangular(factors, columns, /*upper=*/false);
  });
}

Tensor composed(const Tensor& factor, const Tensor& vectors) {
  const Tensor whitened = solve(factor, vectors);
  const double constant = kLogSqrt2Pi * static_cast<double>(vectors.size(-1));
  return -0.5 * whitened.square().sum(-1) - (factor.diagonal(0, -2, -1).log().sum(-1) + constant);
}

/// With x = L^-1 v and w = L^-T x the gradients are -w in v, and in L the lower triangle of w x^T
/// less the inverse of the diagonal.
std::array<Tensor, 2> composed_backward(const Tensor& factor, const Tensor& vectors,
                                        const Tensor& gradient) {
  const Tensor x = at::linalg_solve_triangular(factor, vectors.unsqueeze(-1), /*upper=*/false);
  const Tensor w = at::linalg_solve_triangular(factor.mT(), x, /*upper=*/true);
  const Tensor g = gradient.unsqueeze(-1);
  const Tensor of_diagonal = (g / factor.diagonal(0, -2, -1)).diag_embed();
  return {(g.unsqueeze(-1) * w * x.mT()).tril() - of_diagonal, -g * w.squeeze(-1)};
}

// --- Written out --------------------------------------------------------------------------------

// Dimensions up to which forward substitution written out is faster than a library's call.
constexpr int64_t kMostDims = 4;
constexpr int64_t kVectorsOfThread = 1024;  // for which another one pays

/// Forward substitution, in double: x = L^-1 v.
template <std::size_t n, class T>
std::array<double, n> whiten(const T* factor, const T* vector) {
  std::array<double, n> x;
  for (std::size_t i = 0; i < n; ++i) {
    auto rest = static_cast<double>(vector[i]);
    for (std::size_t k = 0; k < i; ++k) rest -= static_cast<double>(factor[i * n + k]) * x[k];
    x[i] = rest / static_cast<double>(factor[i * n + i]);
  }
  return x;
}

template <std::size_t n, class T>
double log_density(const T* factor, const T* vector) {
  double squares = 0, log_det = 0;
  for (const double x : whiten<n>(factor, vector)) squares += x * x;
  if constexpr (std::is_same_v<T, float>) {
    double det = 1;  // of a few floats, it neither overflows nor underflows
    for (std::size_t i = 0; i < n; ++i) {
      const auto scale = static_cast<double>(factor[i * n + i]);
      det *= scale >= 0 ? scale : kNaN;
    }
    log_det = std::log(det);
  } else {
    for (std::size_t i = 0; i < n; ++i) log_det += std::log(factor[i * n + i]);
  }
  return -0.5 * squares - (log_det + kLogSqrt2Pi * static_cast<double>(n));
}

/// See `composed_backward`. Either gradient may be null.
template <std::size_t n, class T>
void gradients(const T* factor, const T* vector, double gradient, T* of_factor, T* of_vector) {
  const std::array<double, n> x = whiten<n>(factor, vector);
  std::array<double, n> w;
  for (std::size_t i = n; i-- > 0;) {
    double rest = x[i];
    for (std::size_t k = i + 1; k < n; ++k) rest -= static_cast<double>(factor[k * n + i]) * w[k];
    w[i] = rest / static_cast<double>(factor[i * n + i]);
  }
  for (std::size_t i = 0; i < n; ++i) {
    if (of_vector != nullptr) of_vector[i] = static_cast<T>(-gradient * w[i]);
    if (of_factor == nullptr) continue;
    for (std::size_t k = 0; k < n; ++k) {
      const double inverse = k == i ? 1 / static_cast<double>(factor[i * n + i]) : 0.0;
      of_factor[i * n + k] = k > i ? T{0} : static_cast<T>(gradient * (w[i] * x[k] - inverse));
    }
  }
}

/// Calls f(a type's value, integral_constant<std::size_t, n>).
template <class F>
void dispatch(const Tensor& vectors, const F& f) {
  AT_DISPATCH_FLOATING_TYPES(vectors.scalar_type(), "gaussian_log_density", [&] {
    switch (vectors.size(-1)) {
      case 1:
        return f(scalar_t{}, std::integral_constant<std::size_t, 1>());
      case 2:
        return f(scalar_t{}, std::integral_constant<std::size_t, 2>());
      case 3:
        return f(scalar_t{}, std::integral_constant<std::size_t, 3>());
      default:
        return f(scalar_t{}, std::integral_constant<std::size_t, 4>());
    }
  });
}

/// Whether each vector has a factor of its own, of few dimensions, and both lie where a loop can
/// read them.
bool is_written_out(const Tensor& factor, const Tensor& vectors) {
  const auto is_readable = [](const Tensor& t) {
    return (t.scalar_type() == at::kFloat || t.scalar_type() == at::kDouble) &&
           engine::is_readable(t) && t.is_contiguous();
  };
  const int64_t n = vectors.size(-1);
  return n >= 1 && n <= kMostDims && factor.scalar_type() == vectors.scalar_type() &&
         factor.sizes().slice(0, factor.sizes().size() - 1) == vectors.sizes() &&
         engine::may_use_kernels() && is_readable(factor) && is_readable(vectors);
}

Tensor written_out(const Tensor& factor, const Tensor& vectors) {
  const auto batch = vectors.sizes().slice(0, vectors.sizes().size() - 1);
  Tensor result = at::detail::empty_cpu(batch, vectors.scalar_type(), /*pin_memory=*/false);
  dispatch(vectors, [&]<class T, std::size_t n>(T, std::integral_constant<std::size_t, n>) {
    constexpr auto dims = static_cast<int64_t>(n);
    const T* const factors = factor.const_data_ptr<T>();
    const T* const from = vectors.const_data_ptr<T>();
    T* const to = result.mutable_data_ptr<T>();
    parallel_for(result.numel(), kVectorsOfThread, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i)
        to[i] = static_cast<T>(log_density<n>(factors + i * dims * dims, from + i * dims));
    });
  });
  return result;
}

std::array<Tensor, 2> written_out_backward(const Tensor& factor, const Tensor& vectors,
                                           const Tensor& gradient, std::array<bool, 2> wanted) {
  std::array<Tensor, 2> result;
  if (wanted[0]) result[0] = at::empty_like(factor);
  if (wanted[1]) result[1] = at::empty_like(vectors);
  const Tensor dense = gradient.contiguous();
  dispatch(vectors, [&]<class T, std::size_t n>(T, std::integral_constant<std::size_t, n>) {
    constexpr auto dims = static_cast<int64_t>(n);
    const auto target = [](const Tensor& t) {
      return t.defined() ? t.mutable_data_ptr<T>() : nullptr;
    };
    const T* const factors = factor.const_data_ptr<T>();
    const T* const from = vectors.const_data_ptr<T>();
    const T* const g = dense.const_data_ptr<T>();
    T* const of_factors = target(result[0]);
    T* const of_vectors = target(result[1]);
    parallel_for(dense.numel(), kVectorsOfThread, [&](int64_t begin, int64_t end) {
      for (int64_t i = begin; i < end; ++i) {
        gradients<n>(factors + i * dims * dims, from + i * dims, static_cast<double>(g[i]),
                     of_factors == nullptr ? nullptr : of_factors + i * dims * dims,
                     of_vectors == nullptr ? nullptr : of_vectors + i * dims);
      }
    });
  });
  return result;
}

// --- Autograd -----------------------------------------------------------------------------------

class GaussianLogDensityBackward final : public autograd::Node {
 public:
  void save(const Tensor& factor, const Tensor& vectors) {
    factor_ = autograd::SavedVariable(factor, /*is_output=*/false);
    vectors_ = autograd::SavedVariable(vectors, /*is_output=*/false);
    add_next_edge(autograd::impl::gradient_edge(factor));
    add_next_edge(autograd::impl::gradient_edge(vectors));
  }

  autograd::variable_list apply(autograd::variable_list&& gradients) override {
    const Tensor& gradient = gradients[0];
    if (!gradient.defined()) return autograd::variable_list(2);
    const Tensor factor = factor_.unpack(), vectors = vectors_.unpack();
    std::array<Tensor, 2> result;
    if (!at::GradMode::is_enabled() && engine::may_use_kernels() && engine::is_readable(gradient)) {
      ++engine::calls().backward;
      result = written_out_backward(factor, vectors, gradient,
                                    {task_should_compute_output(0), task_should_compute_output(1)});
    } else {
      ++engine::calls().composed;
      result = composed_backward(factor, vectors, gradient);
    }
    return {result[0], result[1]};
  }

  void release_variables() override {
    factor_.reset_data();
    vectors_.reset_data();
  }

  std::string name() const override { return "GaussianLogDensityBackward"; }

 private:
  autograd::SavedVariable factor_, vectors_;
};

}  // namespace

Tensor times_factor(const Tensor& factor, const Tensor& vectors) {
  return per_factor(factor, vectors, [](const Tensor& factors, const Tensor& columns) {
    return factors.bmm(columns);
  });
}

Tensor gaussian_log_density(const Tensor& factor, const Tensor& vectors) {
  if (!is_written_out(factor, vectors)) {
    ++engine::calls().composed;
    return composed(factor, vectors);
  }
  ++engine::calls().forward;
  Tensor result = written_out(factor, vectors);
  if (at::GradMode::is_enabled() && (factor.requires_grad() || vectors.requires_grad())) {
    const auto node = make_node<GaussianLogDensityBackward>();
    node->save(factor, vectors);
    autograd::set_history(result, node);
  }
  return result;
}

}  // namespace torch::distributions::ops
