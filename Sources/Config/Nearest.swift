/// Words that mean the same elsewhere, and are not alike.
private let sameWords = [
    ["yes", "on", "true", "enabled", "1"], ["no", "off", "false", "disabled", "0"],
]

/// The word that was probably meant, if one is near enough to suggest, or means the same.
///
/// - Parameters:
///   - word: the wrong word.
///   - candidates: the right words.
/// - Returns: the candidate at the smallest edit distance, the first one of several; nil when each
///   is further away than a third of the longer word.
public func nearestWord(to word: String, among candidates: [String]) -> String? {
    // No candidate is that long; this also bounds the work.
    guard word.utf8.count <= 64 else { return nil }
    let written = word.utf8.map { isLetter($0) ? $0 | 0x20 : $0 }
    let same = sameWords.first { $0.contains(String(decoding: written, as: UTF8.self)) }
    if let meant = candidates.first(where: { same?.contains($0) ?? false }) { return meant }
    var best: (word: String, distance: Int)?
    for candidate in candidates {
        let distance = editDistance(written, Array(candidate.utf8))
        let longer = max(written.count, candidate.utf8.count)
        guard distance <= max(1, longer / 3), distance < longer else { continue }
        if best.map({ distance < $0.distance }) ?? true { best = (candidate, distance) }
    }
    return best?.word
}

/// How many insertions, deletions, replacements and swaps of neighbours make one word the other.
///
/// Optimal string alignment, with three rows of its table.
func editDistance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var before = [Int](repeating: 0, count: right.count + 1)
    var last = Array(0...right.count)
    for i in left.indices {
        var row = [Int](repeating: i + 1, count: right.count + 1)
        for j in right.indices {
            let isSame = left[i] == right[j]
            row[j + 1] = min(last[j + 1] + 1, row[j] + 1, last[j] + (isSame ? 0 : 1))
            // "prots" is one slip away from "ports".
            if i > 0, j > 0, left[i] == right[j - 1], left[i - 1] == right[j] {
                row[j + 1] = min(row[j + 1], before[j - 1] + 1)
            }
        }
        before = last
        last = row
    }
    return last[right.count]
}
