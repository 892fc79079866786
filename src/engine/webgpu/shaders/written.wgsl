  #if COOPERATES
  storageBarrier();
  #end
