# Doxygen's input filter: comments on what means the same wherever it stands, so that no header has to repeat them. Each
# goes before its declaration, in the same line, so that the numbers of lines stay.

# Layers and norms.
s#^( *)(static constexpr Sentence name\(\) )#\1/** @brief What tables and messages call it. */ \2#
s#^( *)(static constexpr void append\()#\1/** @brief Adds its stages for the shape at hand, or refuses that shape. */ \2#
s#^( *)(static void append\(const std::string& path)#\1/** @brief Appends the names of its stages that have state. */ \2#
s#^( *)(static constexpr int groups\()#\1/** @brief Sets of neighbouring channels that share a mean and a variance. */ \2#
s#^( *)(static constexpr [A-Za-z]+ (normalises|couples_samples|per_pixel|subtracts_mean|affine|has_bias|epsilon|running_weight_of_new|cumulative|one_value) = )#\1/** @brief As in `NormDefaults`. */ \2#

# Shapes: of images, activations and kernels.
s#^( *)((static constexpr )?int (channels|height|width|kernel_height|kernel_width|stride|padding)\b( = [^;]*)?;)( *///<)?#\1/** @brief In elements. */ \2\6#
/\/\*\* In elements/s#///<#//#

# Containers, and the reading twin of a function that writes.
s#^( *)((explicit )?AlignedBuffer[( ]|AlignedBuffer& operator=)#\1/** @brief All elements are 0, or the other's. */ \2#
s#^( *)(constexpr List[(]|constexpr List& operator=)#\1/** @brief The elements given, or the other's. */ \2#
s#^( *)((constexpr )?((const )?T\* (data|begin|end)\(\)|(const )?T& (back\(\)|operator\[\])))#\1/** @brief Of the elements, in order. */ \2#
s#^( *)(std::span<const T> [a-z_]+\(\) const)#\1/** @brief The same, to read. */ \2#
s#^( *)(constexpr Sentence(& operator<<)?\([^)]*\))#\1/** @brief Appends to the text. */ \2#
s#^( *)(friend (constexpr )?bool operator==)#\1/** @brief Are all members equal? */ \2#
s#^( *)((constexpr )?std::size_t size\(\) const \{ return size_; \})#\1/** @brief How many there are. */ \2#
s#^( *)((constexpr )?bool empty\(\) const )#\1/** @brief Are there none? */ \2#

# Schedules and their like.
s#^( *)(double at\(const TrainingTime& time\) const)#\1/** @brief The rate at that time. */ \2#

# What a template is for a certain type.
s#^((struct [A-Za-z]+<.*> \{|inline constexpr [^=]*> = ).*)$#/** @brief For this type. */ \1#

# The inline namespace has another name for each instruction set, and readers never need it.
s#^namespace norma::inline NORMA_TARGET#namespace norma#

# Parts of the version: the comment before them is of all three.
s#^(\#define NORMA_VERSION_(MINOR|PATCH) [0-9]+)$#\1  ///< See NORMA_VERSION_MAJOR. #
