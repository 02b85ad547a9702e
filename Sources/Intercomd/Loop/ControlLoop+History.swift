internal import Control
internal import HAL
internal import Time

/// The history of calls.
extension ControlLoop {
    /// A call began or is over: kept for `intercomctl history`.
    mutating func record(_ record: HistoryRecord) {
        tellFaults(history.append(record, at: now))
    }

    mutating func tellFaults(_ notices: [History.Notice]) {
        for notice in notices { tell(.historyFault, detail: sentence(notice)) }
    }

    private func sentence(_ notice: History.Notice) -> String {
        switch notice {
        case .damaged(let lines):
            "history: \(lines) damaged \(lines == 1 ? "line stays" : "lines stay") where they are: "
                + "history.bad cannot take them"
        case .torn: "history: its last line was torn by a power cut or a fall, and is left out"
        case .setAside(let lines):
            "history: \(lines) damaged \(lines == 1 ? "line" : "lines") set aside in history.bad"
        case .failed(let reason): "history: \(reason); kept in memory, and tried again"
        case .writtenAgain(let lost):
            "history: written again" + (lost > 0 ? ", without \(lost) for which was no room" : "")
        }
    }
}
