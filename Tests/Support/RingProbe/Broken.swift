/// Reads what its owner has freed; what the address sanitizer must find.
func useAfterFree() -> String? {
    let cell = UnsafeMutablePointer<Int>.allocate(capacity: 1)
    unsafe cell.initialize(to: 1)
    unsafe cell.deallocate()
    return unsafe cell.pointee == 0 ? "unlikely" : nil
}

/// Reads one element past an allocation; what the address sanitizer must find.
func overrun() -> String? {
    let slots = UnsafeMutablePointer<Int>.allocate(capacity: 4)
    unsafe slots.initialize(repeating: 1, count: 4)
    var sum = 0
    for index in 0...4 { unsafe sum &+= (slots + index).pointee }
    unsafe slots.deallocate()
    return sum == 0 ? "unlikely" : nil
}
