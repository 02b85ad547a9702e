import Vectors

let vectors = ProtocolVectors()

/// Big-endian value of up to eight bytes in hex.
func number(hex text: Any?) -> UInt64 { bytes(hex: text).reduce(0) { $0 << 8 | UInt64($1) } }

extension [String: Any] {
    func int(_ key: String) -> Int { self[key] as? Int ?? -1 }
    func uint8(_ key: String) -> UInt8 { UInt8(int(key)) }
    func uint16(_ key: String) -> UInt16 { UInt16(int(key)) }
    func uint32(_ key: String) -> UInt32 { UInt32(int(key)) }
}
