internal import Report

extension FuzzTarget {
    /// The history and the saved state: damaged as they lie on a disk, and as objects.
    static let history = FuzzTarget(name: "history") { bytes, isPlanted in
        var file = HistoryFile()
        file.add(bytes.array)
        let lines = bytes.array.split(separator: UInt8(ascii: "\n"))
        precondition(file.records.count + file.damaged <= lines.count)
        _ = SavedState(parsing: bytes)
        guard let object = JSON(parsing: bytes) else { return }
        if let record = HistoryRecord(json: object) {
            // Numbers and words that JSON holds are kept, or refused.
            var file = HistoryFile()
            file.add(record.encoded)
            if file.records == [record] {
                planted(isPlanted, at: record.timeMilliseconds < 0)
            }
        }
        if let state = SavedState(json: object) {
            precondition(
                SavedState.Volumes.Kind.allCases.allSatisfy {
                    (0...100).contains(state.volumes[$0])
                })
            precondition(SavedState(parsing: state.encoded.span) == state)
        }
    }
}
