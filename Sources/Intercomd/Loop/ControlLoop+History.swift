internal import Control
internal import HAL
internal import Time

/// The history of calls.
extension ControlLoop {
    /// A call began or is over: kept for `intercomctl history`.
    mutating func record(_ record: HistoryRecord) {
        let now = now
        keepHistory { history, tell in history.append(record, at: now, tell) }
    }

    /// Looks at what the last run has left.
    mutating func beginHistory() {
        let now = now
        keepHistory { history, tell in
            history.begin(wall: Int(Clock.wallMilliseconds()), at: now, tell)
        }
    }

    mutating func tickHistory() {
        let now = now
        keepHistory { history, tell in history.tick(at: now, tell) }
    }

    mutating func closeHistory() {
        let now = now
        keepHistory { history, tell in history.close(at: now, tell) }
    }

    private mutating func keepHistory(_ body: (inout History, (History.Notice) -> Void) -> Void) {
        var notices: [History.Notice] = []
        body(&history) { notices.append($0) }
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
