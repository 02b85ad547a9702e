extension History.Notice {
    /// What the journal is told.
    package var sentence: String {
        switch self {
        case .damaged(let lines):
            "history: \(lines) damaged \(lines == 1 ? "line stays" : "lines stay") where they are: "
                + "history.bad cannot take them"
        case .torn:
            "history: its last line was cut short by a power cut or a crash, and is left out"
        case .setAside(let lines):
            "history: \(lines) damaged \(lines == 1 ? "line" : "lines") set aside in history.bad"
        case .failed(let reason): "history: \(reason); kept in memory, and tried again"
        case .writtenAgain(let lost):
            "history: written again"
                + (lost > 0 ? ", without \(lost) records for which there was no room" : "")
        }
    }
}
