import Crypto
import Peering
import Time
import Wire

extension FuzzTarget {
    /// The records of a peer that has a message, and the file that they bring.
    static let messages = FuzzTarget(name: "messages") { bytes, isPlanted in
        let key = RecordingKey.random()
        var exchange = MessageExchange(own: key.publicKey)
        var now = Instant(nanoseconds: 1)
        exchange.up(0, knowing: nil, at: now)
        exchange.offer(
            MessageNotice(id: CallID(high: 1, low: 1), size: 99, milliseconds: 1, start: 0),
            [UInt8](repeating: 1, count: 99), to: 0, at: now)
        var input = FuzzInput(bytes)
        var answers = 0
        while !input.isAtEnd {
            now = now + .milliseconds(10 * Int(input.byte()))
            let record = [15] + [UInt8(input.below(61))]
            let body = input.piece(Int(record[1]))
            let plain = [record[0], UInt8(body.count)] + body
            _ = ControlReader.read(plain.span) {
                guard case .message(let message) = $0 else { return }
                exchange.receive(message, from: 0, at: now)
            }
            exchange.tick(at: now)
            while let news = exchange.nextNews() {
                switch news {
                case .noticed(_, let notice): exchange.fetch(notice, from: 0, at: now)
                case .arrived(_, let notice, let file):
                    precondition(file.count == Int(notice.size))
                    precondition(SealedMessage.open(file.span, with: key) == nil)
                    planted(isPlanted, at: true)
                case .key, .taking, .told: break
                }
            }
            while exchange.nextRecord() != nil { answers += 1 }
        }
        precondition(answers <= 40 * (bytes.count + 2))
        guard let name = KeptMessage(fileName: String(decoding: bytes.array, as: UTF8.self)) else {
            return
        }
        precondition(name.fileName.utf8.elementsEqual(bytes.array))
    }
}
