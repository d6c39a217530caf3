#pragma once

#include <ATen/core/Tensor.h>
#include <ATen/ops/linalg_solve_triangular.h>
#include <c10/util/DimVector.h>

#include <cstddef>
#include <cstdint>

namespace torch::distributions::ops {

/// Arranges vectors of shape `batch + [n]` and their factors, whose batch broadcasts to `batch`,
/// for matrix products: factors `[m, n, r]` and columns `[m, n, c]`. A factor is not copied for
/// each of its vectors. Other factors of the same batch may be arranged, too.
class Meeting {
 public:
  Meeting(const at::Tensor& factor, const at::Tensor& vectors) {
    const int64_t batch_dim = vectors.dim() - 1;
    is_one_to_one_ = factor.dim() == 3 && batch_dim == 1 && factor.size(0) == vectors.size(0);
    if (is_one_to_one_) return;
    const int64_t outer = batch_dim - (factor.dim() - 2);
    at::DimVector shared;
    for (int64_t d = 0; d < batch_dim; ++d) {
      const bool varies = d >= outer && factor.size(d - outer) != 1;
      (varies ? order_ : shared).push_back(d);
      (varies ? factors_ : columns_) *= vectors.size(d);
    }
    order_.push_back(batch_dim);
    order_.append(shared.begin(), shared.end());
  }

  at::Tensor factors(const at::Tensor& factor) const {
    if (is_one_to_one_) return factor;
    return factor.reshape({factors_, factor.size(-2), factor.size(-1)});
  }

  /// Vectors as columns. Their length may differ from n.
  at::Tensor columns(const at::Tensor& vectors) const {
    if (is_one_to_one_) return vectors.unsqueeze(-1);
    return vectors.permute(order_).reshape({factors_, vectors.size(-1), columns_});
  }

  /// L^-1 v for the factor L of each vector v, as columns.
  at::Tensor whitened(const at::Tensor& factor, const at::Tensor& vectors) const {
    return at::linalg_solve_triangular(factors(factor), columns(vectors), /*upper=*/false);
  }

  /// Columns as vectors of the batch of `like`: the inverse of `columns`. Their length may differ.
  at::Tensor vectors(const at::Tensor& columns, const at::Tensor& like) const {
    if (is_one_to_one_) return columns.squeeze(-1);
    at::DimVector arranged(order_), inverse(order_);
    for (std::size_t i = 0; i < order_.size(); ++i) {
      arranged[i] = order_[i] + 1 == like.dim() ? columns.size(1) : like.size(order_[i]);
      inverse[static_cast<std::size_t>(order_[i])] = static_cast<int64_t>(i);
    }
    return columns.reshape(arranged).permute(inverse);
  }

 private:
  bool is_one_to_one_;
  at::DimVector order_;  // permutes vectors: the dimensions of factors, n, the shared ones
  int64_t factors_ = 1, columns_ = 1;
};

}  // namespace torch::distributions::ops
