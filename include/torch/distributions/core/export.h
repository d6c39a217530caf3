#pragma once

/// \file
/// `TORCH_DISTRIBUTIONS_API` marks what the library exports; everything else is built with hidden
/// visibility.

#if defined(TORCH_DISTRIBUTIONS_STATIC)
#define TORCH_DISTRIBUTIONS_API
#elif defined(_WIN32)
#if defined(torch_distributions_EXPORTS)
#define TORCH_DISTRIBUTIONS_API __declspec(dllexport)
#else
#define TORCH_DISTRIBUTIONS_API __declspec(dllimport)
#endif
#else
#define TORCH_DISTRIBUTIONS_API __attribute__((visibility("default")))
#endif
